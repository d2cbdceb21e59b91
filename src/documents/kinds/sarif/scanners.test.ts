import { describe, expect, it } from 'vitest';
import { document, parse } from './sarif.support.js';

const LOG4J = 'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1';
const at = (uri: string, ...names: string[]) => [
  {
    physicalLocation: { artifactLocation: { uri } },
    logicalLocations: names.map((fullyQualifiedName) => ({ fullyQualifiedName })),
  },
];

/** The findings of a document with one rule and one result. */
const read = (name: string, rule: object, result: object) =>
  parse(document([result], { name, rules: [rule] })).findings ?? [];
const first = (name: string, rule: object, result: object) => read(name, rule, result)[0];

describe('SARIF: vulnerabilities of other scanners', () => {
  it('OSV-Scanner: joins the ids, and its constant level is not a rating', () => {
    const rule = { id: 'GHSA-35jh-r3h4-6jhm', deprecatedIds: ['CVE-2021-23337', 'x', 1] };
    const result = {
      ruleId: rule.id,
      level: 'warning',
      message: { text: "Package 'lodash@4.17.20' is vulnerable to 'GHSA-35jh-r3h4-6jhm'." },
      locations: at('file:///src/package-lock.json'),
    };
    expect(first('osv-scanner', rule, result)).toMatchObject({
      rule: 'GHSA-35jh-r3h4-6jhm',
      aliases: ['CVE-2021-23337'],
      severity: 'unknown',
      purl: 'pkg:npm/lodash@4.17.20',
    });
    const rated = { ...rule, properties: { 'security-severity': '7.2' } };
    expect(first('osv-scanner', rated, result)?.severity).toBe('high');
  });

  it('Snyk: reads the package from the place, and the ids from the rule', () => {
    const rule = {
      id: 'SNYK-JS-LODASH-567746',
      fullDescription: { text: '(CVE-2020-8203) lodash@4.17.15' },
      properties: { tags: ['security', 'CWE-798', 'npm'], 'security-severity': '8.2' },
    };
    const fixes = [{ description: { text: 'Upgrade to lodash@4.17.17' } }];
    const message = { text: 'This file introduces a vulnerable lodash package.' };
    const result = { ruleId: rule.id, level: 'error', message, fixes };
    const expected = {
      rule: 'SNYK-JS-LODASH-567746',
      aliases: ['CVE-2020-8203'],
      severity: 'high',
      purl: 'pkg:npm/lodash@4.17.15',
      fixedVersion: 'lodash@4.17.17',
    };
    const places = at('package.json', 'lodash@4.17.15');
    expect(first('Snyk Open Source', rule, { ...result, locations: places })).toMatchObject(
      expected,
    );
    expect(first('Snyk Open Source', rule, result)).toMatchObject(expected);
    const scoped = { ...rule, fullDescription: { text: '@babel/traverse@7.0.0' } };
    expect(first('Snyk Open Source', scoped, result)).toMatchObject({
      rule: rule.id,
      purl: 'pkg:npm/%40babel/traverse@7.0.0',
    });
  });

  it('Dependency-Check: reads the purl from the place, and takes the word without a score', () => {
    const rule = { id: 'CVE-2021-44228', properties: { cvssv2_severity: 'HIGH' } };
    const result = { ruleId: rule.id, level: 'warning', locations: at('/a/b.jar', LOG4J) };
    expect(first('dependency-check', rule, result)).toMatchObject({
      severity: 'high',
      purl: LOG4J,
    });
    expect(first('dependency-check', { id: rule.id }, result)?.severity).toBe('unknown');
  });

  it('Docker Scout: reads each package, and that there is no fix', () => {
    const purls = ['pkg:deb/debian/tar@1.34', 'pkg:deb/debian/tar-scripts@1.34', 'x', 1];
    const properties = { purls, fixed_version: 'not fixed', cvssV3_severity: 'CRITICAL' };
    const rule = { id: 'CVE-2005-2541', properties };
    expect(read('docker scout', rule, { ruleId: rule.id })).toMatchObject([
      { severity: 'critical', unfixable: true, purl: purls[0] },
      { severity: 'critical', unfixable: true, purl: purls[1] },
    ]);
    const fixed = { ...rule, properties: { ...properties, fixed_version: '1.35' } };
    expect(first('docker scout', fixed, { ruleId: rule.id })?.fixedVersion).toBe('1.35');
  });

  it('Clair: reads the package from the message', () => {
    const message = { text: '[openssl - 1.1.1k - High] A flaw.' };
    expect(
      first('Clair V4', {}, { ruleId: 'CVE-2022-0778', level: 'error', message }),
    ).toMatchObject({
      packageName: 'openssl',
      packageVersion: '1.1.1k',
    });
  });

  it('govulncheck: joins the ids that are tags', () => {
    const tags = ['CVE-2021-38561', 'GHSA-ppp9-7jff-5vj2'];
    const rule = { id: 'GO-2021-0113', properties: { tags } };
    expect(first('govulncheck', rule, { ruleId: rule.id, level: 'error' })).toMatchObject({
      rule: 'GO-2021-0113',
      aliases: tags,
      severity: 'high',
    });
  });

  it('of an ignored result have a claim', () => {
    const rule = { id: 'CVE-2021-1' };
    const ignored = { ruleId: 'CVE-2021-44228', suppressions: [{ kind: 'external' }] };
    const { findings, claims } = parse(document([ignored], { name: 'Grype', rules: [rule] }));
    expect(claims).toMatchObject([{ fingerprint: findings?.[0]?.fingerprint, absolves: true }]);
  });
});
