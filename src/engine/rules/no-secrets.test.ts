import { describe, expect, it } from 'vitest';
import { ask, defect, defects, evidence, input } from './input.support.js';

const secret = (rule: string, severity: 'high' | 'unknown' | 'none' = 'high') =>
  defect(rule, {
    type: 'secret',
    severity,
    purl: null,
    packageName: null,
    packageVersion: null,
    fixedVersion: null,
    location: 'src/config.ts',
  });

const scan = evidence('1', ['secret'], { kind: 'gitleaks' });
const scanned = (found: ReturnType<typeof defects>) =>
  ask('no-secrets', {}, input({ evidence: [scan], defects: found }));

describe('no-secrets', () => {
  it('passes when a scan found none', () => {
    expect(scanned(defects([defect('CVE-2024-1')]))).toMatchObject({
      status: 'pass',
      message: 'No secrets, 0 allowed',
      evidence: ['1'],
      findings: [],
      waivers: [],
    });
  });

  it.each(['high', 'unknown', 'none'] as const)('denies one of severity %s', (severity) => {
    const outcome = scanned(defects([secret('private-key', severity)]));
    expect(outcome).toMatchObject({ status: 'fail', findings: [{ rule: 'private-key' }] });
    expect(outcome.message).toContain('1 secret, 0 allowed: private-key in src/config.ts. Revoke');
  });

  it('is not evidenced without a scan that could have shown one', () => {
    const given = input({ evidence: [evidence('1', ['vulnerability', 'code'])] });
    const outcome = ask('no-secrets', {}, given);
    expect(outcome.status).toBe('not-evidenced');
    expect(outcome.message).toContain('No secret scan counts');
    expect(outcome.message).toContain('gitleaks');
  });

  it('does not count a waived secret, and names it', () => {
    const waived = scanned(defects([secret('private-key')], { 'private-key': ['w1'] }));
    expect(waived).toMatchObject({ status: 'pass', waivers: ['w1'] });
    expect(waived.message).toContain(
      '1 waived finding does not count (1 waiver): private-key in src/config.ts',
    );
    const other = scanned(
      defects([secret('private-key'), secret('aws-key')], { 'private-key': ['w1'] }),
    );
    expect(other).toMatchObject({ status: 'fail', findings: [{ rule: 'aws-key' }] });
  });
});
