import { describe, expect, it } from 'vitest';
import { document, parse, result } from './sarif.support.js';
import { ableOf, isKnownTool, purposeOf } from './tools.js';

describe('SARIF: what a tool looks for', () => {
  it.each([
    ['CodeQL', 'code'],
    ['ESLint', 'code'],
    ['SnykCode', 'code'],
    ['Semgrep OSS', 'code'],
    ['Clairvoyant', 'code'],
    ['Xrays', 'code'],
    ['gitleaks', 'secret'],
    ['JFrog Secrets scanner', 'secret'],
    ['Grype', 'vulnerability'],
    ['Anchore Container Vulnerability Report (T0)', 'vulnerability'],
    ['osv-scanner', 'vulnerability'],
    ['Snyk Open Source', 'vulnerability'],
    ['Snyk Container', 'vulnerability'],
    ['dependency-check', 'vulnerability'],
    ['docker scout', 'vulnerability'],
    ['Clair V4', 'vulnerability'],
    ['govulncheck', 'vulnerability'],
    ['JFrog Xray Scanner', 'vulnerability'],
    ['Acme Vulnerability Scanner', 'vulnerability'],
    ['checkov', 'misconfiguration'],
    ['Snyk IaC', 'misconfiguration'],
    ['Trivy', 'mixed'],
  ])('%s: %s', (name, purpose) => {
    expect(purposeOf(name)).toBe(purpose);
  });
});

describe('SARIF: what a tool can look for', () => {
  it.each<[string, string[] | undefined]>([
    ['CodeQL', ['code']],
    ['CodeQL command-line toolchain', ['code']],
    ['GNU GCC', ['code']],
    ['clang-tidy', ['code']],
    ['SnykCode', ['code']],
    ['Microsoft (R) Visual C# Compiler', ['code']],
    ['gitleaks', ['secret']],
    ['tfsec', ['misconfiguration']],
    ['checkov', undefined],
    ['Semgrep OSS', undefined],
    ['SonarQube', undefined],
    ['Lint', undefined],
    ['Clangs', undefined],
  ])('%s: %j', (name, able) => {
    expect(ableOf([name])).toEqual(able);
  });
});

describe('SARIF: a clean report of a tool that is not known', () => {
  const ran = (driver: object, more: object = {}) =>
    parse(document([], driver, more)).coverage.map((one) => one.ran);

  it.each(['Lint', '', 'Acme Vulnerability Scanner', 'Acme secret scanner'])(
    'shows nothing, whatever else it has: %j',
    (name) => {
      expect(isKnownTool(name)).toBe(false);
      expect(ran({ name })).toEqual(['unknown']);
      expect(ran({ name, rules: [{ id: 'a' }] })).toEqual(['unknown']);
      expect(ran({ name }, { artifacts: [{}] })).toEqual(['unknown']);
      const invocations = [{ executionSuccessful: true }];
      expect(ran({ name }, { invocations })).toEqual(['unknown']);
      const found = parse(document([result()], { name }));
      expect(found.coverage.map((one) => one.ran)).not.toContain('yes');
      expect(found.findings).toHaveLength(1);
    },
  );

  it('needs nothing if the tool is known', () => {
    for (const name of ['ESLint', 'CodeQL', 'Semgrep OSS', 'gitleaks'])
      expect(ran({ name }), name).toEqual(['yes']);
  });
});

it('SARIF: OSV-Scanner writes the same for nothing to scan and for nothing found', () => {
  const driver = { name: 'osv-scanner', rules: [{ id: 'CVE-2021-1' }] };
  expect(parse(document([], driver)).coverage).toMatchObject([
    { what: 'vulnerability', ran: 'unknown', reason: expect.stringContaining('--all-packages') },
  ]);
  expect(parse(document([result({ ruleId: 'CVE-2021-1' })], driver)).coverage).toMatchObject([
    { what: 'vulnerability', ran: 'yes' },
  ]);
});

/** What a document covers, and whether the tool ran for it. */
const covers = (results: object[], driver: object) =>
  parse(document(results, driver)).coverage.map(({ what, ran }) => `${what}: ${ran}`);

describe('SARIF: coverage', () => {
  const cve = { ruleId: 'CVE-2021-44228', message: { text: 'x' } };
  const tagged = (word: string) => result({ properties: { tags: [word, 'security'] } });

  it.each<[string, object[], string[]]>([
    ['Grype', [], ['vulnerability: yes']],
    ['gitleaks', [], ['secret: yes']],
    ['checkov', [result()], ['misconfiguration: yes']],
    ['Lint', [result()], ['code: unknown']],
    ['Lint', [cve], ['vulnerability: unknown']],
    ['ESLint', [cve], ['vulnerability: yes']],
    ['ESLint', [cve, result()], ['code: yes', 'vulnerability: unknown']],
    ['ESLint', [tagged('secret')], ['code: yes', 'secret: unknown']],
    ['Trivy', [], ['vulnerability: unknown', 'secret: unknown']],
    ['Trivy', [tagged('vulnerability')], ['vulnerability: yes', 'secret: unknown']],
    [
      'Trivy',
      [tagged('secret'), tagged('misconfiguration')],
      ['misconfiguration: yes', 'secret: yes', 'vulnerability: unknown'],
    ],
    [
      'Snyk Open Source',
      [{ ruleId: 'snyk:lic:npm:a:MIT' }],
      ['vulnerability: yes', 'licence: unknown'],
    ],
  ])('of %s with %j: %j', (name, results, coverage) => {
    expect(covers(results, { name })).toEqual(coverage);
  });
});

describe('SARIF: an extension with the name of a scanner', () => {
  const extensions = [{ name: 'Trivy', rules: [{ id: 'CVE-2021-44228' }] }, { name: 'gitleaks' }];
  const run = (results: object[]) =>
    parse(document(results, {}, { tool: { driver: { name: 'ESLint' }, extensions } })).coverage;

  it('does not make the tool a scanner', () => {
    expect(run([])).toMatchObject([{ what: 'code', ran: 'yes' }]);
    const found = { ruleId: 'CVE-2021-44228', rule: { toolComponent: { name: 'Trivy' } } };
    expect(run([found])).toMatchObject([
      { what: 'code', ran: 'yes' },
      { what: 'vulnerability', ran: 'unknown' },
    ]);
  });
});

describe('SARIF: types', () => {
  const typeOf = (fields: object, driver: object) =>
    parse(document([result(fields)], driver)).findings?.[0]?.type;
  const rules = (properties: object, more: object = {}) => [{ id: 'R1', properties, ...more }];

  it.each<[string, object, object[], string]>([
    ['Trivy', {}, rules({ tags: ['vulnerability', 'security', 'LOW'] }), 'vulnerability'],
    ['Trivy', {}, rules({ tags: ['misconfiguration'] }), 'misconfiguration'],
    ['Trivy', {}, rules({ tags: ['secret'] }), 'secret'],
    ['Trivy', {}, rules({ tags: ['license'] }), 'licence'],
    ['Trivy', {}, rules({}, { name: 'OsPackageVulnerability' }), 'vulnerability'],
    ['Trivy', { ruleId: '[HIGH] CVE-2021-1234' }, [], 'vulnerability'],
    ['Trivy', {}, [], 'misconfiguration'],
    ['Lint', { ruleId: 'GHSA-jfh8-c2jp-5v3q' }, [], 'vulnerability'],
    ['My application', { ruleId: 'BDSA-2020-1001 (CVE-2020-11022)' }, [], 'vulnerability'],
    ['My application', { ruleId: 'MAL-2025-1234' }, [], 'vulnerability'],
    ['Lint', { ruleId: 'no-CVE-2021-44228' }, [], 'code'],
    ['Semgrep OSS', { ruleId: 'ssc-01234567-89ab-4cde-8f01-23456789abcd' }, [], 'vulnerability'],
    ['Snyk Open Source', {}, rules({ tags: ['CWE-798'] }), 'vulnerability'],
    ['Snyk Open Source', { ruleId: 'snyk:lic:npm:left-pad:GPL-3.0' }, [], 'licence'],
    ['checkov', { ruleId: 'CKV_SECRET_6' }, [], 'secret'],
  ])('%s %j', (name, fields, own, type) => {
    expect(typeOf(fields, { name, rules: own })).toBe(type);
  });

  it('reads licences of Trivy and Snyk', () => {
    const read = (name: string, ruleId: string) =>
      parse(document([result({ ruleId, properties: { tags: ['license'] } })], { name }))
        .findings?.[0];
    const trivy = read('Trivy', 'left-pad:GPL-3.0');
    expect(trivy).toMatchObject({ type: 'licence', rule: 'GPL-3.0', packageName: 'left-pad' });
    expect(read('Snyk Open Source', 'snyk:lic:npm:left-pad:GPL-3.0')?.fingerprint).toBe(
      trivy?.fingerprint,
    );
  });
});
