import { describe, expect, it } from 'vitest';
import { document, parse, result } from './sarif.support.js';
import { isKnownTool } from './tools.js';

describe('SARIF: names of tools', () => {
  it.each([
    ...['Trivy', 'Grype', 'grype 0.104.0', 'osv-scanner', 'Google OSV-Scanner', 'govulncheck'],
    ...['OWASP Dependency-Check', 'dependency-check', 'docker scout', 'JFrog Xray Scanner'],
    ...['Snyk Open Source', 'Snyk Container', 'SnykCode', 'Snyk IaC', 'Retire.js'],
    ...['Anchore Container Vulnerability Report (T0)', 'gitleaks', 'TruffleHog', 'ggshield'],
    ...['CodeQL', 'CodeQL command-line toolchain', 'Semgrep OSS', 'Semgrep PRO', 'ESLint'],
    ...['Microsoft (R) Visual C# Compiler', 'GNU C++17', 'clang-tidy', 'QDJVM', 'checkov', 'KICS'],
    ...['golangci-lint', 'HCL AppScan on Cloud', 'MicroFocus Fortify SCA', 'JetBrains InspectCode'],
  ])('%s is known', (name) => {
    expect(isKnownTool(name)).toBe(true);
  });

  it.each([
    ...['My Grype Wrapper (failed)', 'Grype (failed)', 'not Grype', 'Grype wrapper', 'Grype-like'],
    ...['Trivy converter', 'gitleaks dry run', 'ESLint (crashed)', 'Trivy Grype', 'CodeQL failed'],
    ...['Acme', '', 'GNU', 'QD', `Grype ${'1'.repeat(300)}`],
  ])('%s is not', (name) => {
    expect(isKnownTool(name)).toBe(false);
  });

  it.each([
    ['My Grype Wrapper (failed)', ['vulnerability']],
    ['gitleaks dry run', ['secret']],
    ['Trivy converter', ['vulnerability', 'secret']],
    ['ESLint (crashed)', ['code']],
  ])('a clean report of %s is no scan', (name, types) => {
    const { coverage } = parse(document([], { name }));
    expect(coverage.map(({ what }) => what)).toEqual(types);
    for (const entry of coverage)
      expect(entry).toMatchObject({
        ran: 'unknown',
        reason: expect.stringContaining(`does not know its tool ${JSON.stringify(name)}`),
      });
  });

  it('what it reports counts by its type, and is masked if it is a secret', () => {
    const { findings, masked } = parse(
      document([result({}, 3, 'password=hunter2hunter2')], { name: 'My gitleaks wrapper' }),
    );
    expect(findings).toMatchObject([{ type: 'secret' }]);
    expect(JSON.stringify(masked)).not.toContain('hunter2');
  });
});

describe('SARIF: results that passed and did not', () => {
  const rated = (value: unknown) => ({ properties: { 'security-severity': value } });

  it.each([
    ...[{ level: 'error' }, { level: 'warning' }, { level: 'note' }, rated('9.8'), rated(4)],
    ...[rated('critical'), rated('P1'), { ...rated('0.0'), level: 'warning' }],
  ])('%j: the worse counts', (fields) => {
    for (const kind of ['pass', 'notApplicable']) {
      const { findings, contradictions } = parse(document([result({ kind, ...fields })]));
      expect(findings).toHaveLength(1);
      expect(contradictions).toMatchObject([
        { message: expect.stringMatching(`has the kind ${kind} and .* It counts`) },
      ]);
    }
  });

  it('a score of 9.8 is critical', () => {
    const passed = result({ kind: 'pass', ...rated('9.8') });
    expect(parse(document([passed])).findings).toMatchObject([{ severity: 'critical' }]);
  });

  it.each([{}, { level: 'none' }, rated('0.0'), rated('none'), rated('')])(
    '%j: it passed, also if its rule has a severity',
    (fields) => {
      const rules = [{ id: 'R1', ...rated('9.8'), defaultConfiguration: { level: 'error' } }];
      const { findings, contradictions } = parse(
        document([result({ kind: 'pass', ...fields })], { rules }),
      );
      expect(findings).toEqual([]);
      expect(contradictions).toEqual([]);
    },
  );
});
