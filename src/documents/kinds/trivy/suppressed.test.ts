import { describe, expect, it } from 'vitest';
import { parse, report } from './trivy.support.js';

const found = { VulnerabilityID: 'CVE-2024-1', PkgName: 'left-pad', Severity: 'CRITICAL' };
const modified = (fields: object = {}) => ({
  Type: 'vulnerability',
  Status: 'ignored',
  Statement: 'Not reachable',
  Source: '.trivyignore.yaml',
  Finding: found,
  ...fields,
});
const suppressed = (...all: object[]) =>
  parse(report({ Target: 'app.jar', Type: 'npm', ExperimentalModifiedFindings: all }));

describe('Trivy: suppressed findings', () => {
  it('are findings with a claim', () => {
    const { findings = [], claims } = suppressed(modified());
    expect(findings).toMatchObject([
      { rule: 'CVE-2024-1', severity: 'critical', purl: 'pkg:npm/left-pad', location: 'app.jar' },
    ]);
    expect(claims).toEqual([
      {
        fingerprint: findings[0]?.fingerprint,
        status: 'ignored',
        absolves: true,
        justification: 'Not reachable',
        detail: 'From .trivyignore.yaml',
      },
    ]);
  });

  it.each([
    [modified({ Statement: '', Source: null }), 'vulnerability', { justification: undefined }],
    [modified({ Status: 'not_affected' }), 'vulnerability', { status: 'not_affected' }],
    [modified({ Type: 'Vulnerability' }), 'vulnerability', { status: 'ignored' }],
    [modified({ Status: 'fixed' }), 'vulnerability', { status: 'fixed' }],
    [modified({ Type: 'misconfiguration', Finding: { ID: 'DS002' } }), 'misconfiguration', {}],
    [modified({ Type: 'secret', Finding: { RuleID: 'key', Match: 'a' } }), 'secret', {}],
    [modified({ Type: 'license', Finding: { Name: 'MIT' } }), 'licence', {}],
  ])('of every type: %j', (one, type, claim) => {
    const { findings, claims, coverage } = suppressed(one);
    expect(findings).toMatchObject([{ type }]);
    expect(claims).toMatchObject([{ absolves: true, ...claim }]);
    expect(coverage).toMatchObject([{ what: type, ran: 'yes' }]);
  });

  it.each([
    ['affected', 'affected'],
    ['under_investigation', 'under_investigation'],
    ['unknown', 'unknown'],
    ['', 'unknown'],
    [null, 'unknown'],
  ])('with the status %j count, also if another rule ignores them', (Status, status) => {
    const { findings, claims } = suppressed(modified(), modified({ Status }), modified());
    expect(findings).toHaveLength(3);
    expect(claims).toMatchObject([{ status, absolves: false }]);
  });

  it('have no claim if the defect is also open', () => {
    const Vulnerabilities = [found];
    const both = { Type: 'npm', Vulnerabilities, ExperimentalModifiedFindings: [modified()] };
    expect(parse(report(both))).toMatchObject({ findings: [{}, {}], claims: [] });
  });

  it('of a type that is not known are a warning, and the scan does not count', () => {
    expect(suppressed(modified({ Type: 'licence-text' }))).toMatchObject({
      coverage: [{ ran: 'failed', reason: expect.stringContaining('"licence-text"') }],
      findings: [],
      warnings: [{}, { pointer: '/Results/0/ExperimentalModifiedFindings/0' }],
    });
  });

  it('of a policy of older versions are claims', () => {
    const one = { ID: 'DS002', Status: 'EXCEPTION', Message: 'data.exceptions' };
    const { findings, claims, coverage } = parse(
      report({
        Target: 'Dockerfile',
        Class: 'config',
        MisconfSummary: { Successes: 3, Failures: 0, Exceptions: 2 },
        Misconfigurations: [one],
      }),
    );
    expect(findings).toMatchObject([{ rule: 'DS002' }]);
    expect(claims).toMatchObject([{ status: 'exception', justification: 'data.exceptions' }]);
    expect(coverage).toMatchObject([
      { what: 'misconfiguration', ran: 'failed', reason: expect.stringContaining('excepts 2') },
    ]);
  });
});
