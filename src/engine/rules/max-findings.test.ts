import { describe, expect, it } from 'vitest';
import { ask, defect, defects, evidence, input } from './input.support.js';
import type { Defect, RuleInput } from './rule.js';

const scan = evidence('1', ['vulnerability'], { label: 'scan' });

const found = (
  parameters: object,
  all: readonly Defect[],
  waivers: Record<string, string[]> = {},
  given: Partial<RuleInput> = {},
) =>
  ask(
    'max-findings',
    parameters,
    input({ evidence: [scan], defects: defects(all, waivers), ...given }),
  );

const fixed = defect('CVE-2024-1');
const unfixed = defect('CVE-2024-2', { severity: 'high', fixedVersion: null });
const medium = defect('CVE-2024-3', { severity: 'medium' });
const unknown = defect('CVE-2024-4', { severity: 'unknown' });

describe('max-findings', () => {
  it('passes without findings of the severity', () => {
    expect(found({}, [medium])).toEqual({
      status: 'pass',
      message: 'No findings of severity high or worse, or of unknown severity, 0 allowed',
      evidence: ['1'],
      findings: [],
      waivers: [],
    });
  });

  it('reports what was found, what is allowed, and what to do', () => {
    const other = defect('CVE-2024-9', { purl: 'pkg:npm/y@2', fixedVersion: null });
    const outcome = found({}, [other, fixed]);
    expect(outcome).toMatchObject({ status: 'fail', findings: [fixed, other] });
    expect(outcome.message).toBe(
      '2 critical findings, 0 allowed: CVE-2024-1 in pkg:npm/x@1.0.0, fixed in 1.2.3; CVE-2024-9 in pkg:npm/y@2. Update the packages, scan again and upload the report with the same label, or request a waiver: POST /waivers',
    );
  });

  it('counts the severity and worse ones', () => {
    const all = [fixed, unfixed, medium];
    expect(found({ severity: 'high' }, all).message).toContain('1 critical and 1 high findings');
    expect(found({ severity: 'none' }, all).message).toContain('1 critical, 1 high and 1 medium');
  });

  it('counts findings without a severity, unless `countUnknown` is false', () => {
    expect(found({ severity: 'critical' }, [unknown]).message).toContain(
      '1 unknown-severity finding, 0 allowed',
    );
    expect(found({ severity: 'none', countUnknown: false }, [unknown]).status).toBe('pass');
  });

  it('allows the maximum', () => {
    expect(found({ maximum: 2 }, [fixed, unfixed])).toMatchObject({
      status: 'pass',
      findings: [fixed, unfixed],
    });
    expect(found({ maximum: 1 }, [fixed, unfixed]).status).toBe('fail');
  });

  it('counts only fixable findings with `fixableOnly`', () => {
    expect(found({ fixableOnly: true }, [unfixed]).status).toBe('pass');
    expect(found({ fixableOnly: true }, [fixed, unfixed]).message).toContain(
      '1 critical fixable finding, 0 allowed: CVE-2024-1',
    );
  });

  it('names five, and the number of the others', () => {
    const all = Array.from({ length: 9 }, (_, n) => defect(`CVE-2024-10${n}`));
    const outcome = found({}, all);
    expect(outcome.findings).toHaveLength(5);
    expect(outcome.message).toContain('9 critical findings');
    expect(outcome.message).toContain(
      'CVE-2024-104 in pkg:npm/x@1.0.0, fixed in 1.2.3; and 4 more',
    );
  });

  it('counts more findings than it can name', () => {
    const counts = [
      { type: 'vulnerability', severity: 'high', fix: 'available', count: 9000 },
    ] as const;
    const outcome = found({}, [], {}, { defects: { counts, worst: [], waived: [] } });
    expect(outcome).toMatchObject({ status: 'fail', findings: [] });
    expect(outcome.message).toContain('9000 high findings, 0 allowed. ');
  });
});

describe('max-findings, waived', () => {
  it('does not count a waived finding, and names it', () => {
    const outcome = found({}, [fixed], { 'CVE-2024-1': ['w2', 'w1'] });
    expect(outcome).toMatchObject({ status: 'pass', findings: [], waivers: ['w1', 'w2'] });
    expect(outcome.message).toContain('1 waived finding does not count (2 waivers): CVE-2024-1 in');
  });

  it('still counts the others', () => {
    const outcome = found({}, [fixed, unfixed], { 'CVE-2024-1': ['w1'] });
    expect(outcome).toMatchObject({ status: 'fail', findings: [unfixed], waivers: ['w1'] });
    expect(outcome.message).toContain('1 high finding, 0 allowed: CVE-2024-2');
  });

  it('ignores waivers of findings that it does not count', () => {
    expect(found({}, [medium], { 'CVE-2024-3': ['w1'] })).toMatchObject({ waivers: [] });
    const outcome = found({ fixableOnly: true }, [unfixed], { 'CVE-2024-2': ['w1'] });
    expect(outcome).toMatchObject({ status: 'pass', waivers: [] });
  });
});

describe('max-findings, evidence', () => {
  it('is not evidenced by an SBOM alone', () => {
    const outcome = found({}, [], {}, { evidence: [evidence('1', ['components'])] });
    expect(outcome.status).toBe('not-evidenced');
    expect(outcome.message).toContain('No vulnerability scan counts for this release');
  });

  it('requires evidence of each type, and names what is missing', () => {
    const types = ['vulnerability', 'code', 'misconfiguration'];
    const both = { evidence: [scan, evidence('2', ['code'])] };
    const { status, message } = found({ types }, [], {}, both);
    expect(status).toBe('not-evidenced');
    expect(message).toContain('No misconfiguration scan counts');
    expect(message).not.toContain('vulnerability scan');
  });

  it('counts findings of a scan that failed, whose silence does not count', () => {
    const failed = {
      what: 'vulnerability' as const,
      ran: 'failed' as const,
      reason: 'it broke off',
    };
    const broken = { evidence: [evidence('1', [], { coverage: [failed] })] };
    expect(found({}, [fixed], {}, broken).status).toBe('fail');
    const silent = found({}, [], {}, broken);
    expect(silent.status).toBe('not-evidenced');
    expect(silent.message).toContain('trivy does not count: it broke off');
  });

  it('counts only the given types', () => {
    const code = defect('no-eval', {
      type: 'code',
      severity: 'high',
      purl: null,
      packageName: null,
    });
    const both = { evidence: [scan, evidence('2', ['code'])] };
    expect(found({ types: ['code'] }, [fixed, code], {}, both)).toMatchObject({
      findings: [code],
      evidence: ['2'],
    });
    expect(found({ types: ['code', 'vulnerability'] }, [fixed, code], {}, both).message).toContain(
      '1 critical and 1 high findings (code, vulnerability), 0 allowed',
    );
  });
});

describe('max-findings, only new', () => {
  const running = { id: 'r', version: '1.3.0' };

  it('counts findings that the running release does not have, and names that release', () => {
    const newDefects = defects([unfixed]);
    const outcome = found({ onlyNew: true }, [fixed, unfixed], {}, { newDefects, running });
    expect(outcome).toMatchObject({ status: 'fail', findings: [unfixed] });
    expect(outcome.message).toContain('1 high new finding, 0 allowed');
    expect(outcome.message).toContain('New compared with 1.3.0, the running release');
    const none = { newDefects: defects([]), running };
    expect(found({ onlyNew: true }, [fixed], {}, none).status).toBe('pass');
  });

  it('says that all findings are new if no release runs', () => {
    const newDefects = defects([fixed]);
    const { message } = found({ onlyNew: true }, [fixed], {}, { newDefects });
    expect(message).toContain('No running release is known, so all findings are new');
  });

  it('does not count new findings that waivers cover', () => {
    const newDefects = defects([fixed], { 'CVE-2024-1': ['w1'] });
    expect(found({ onlyNew: true }, [fixed], {}, { newDefects, running })).toMatchObject({
      status: 'pass',
      waivers: ['w1'],
    });
  });

  it('refuses missing facts', () => {
    const none = { newDefects: undefined };
    expect(() => found({ onlyNew: true }, [], {}, none)).toThrow(
      'did not look up the new findings',
    );
  });
});

describe('max-findings, hostile', () => {
  it('shortens texts of documents, and removes characters that could harm a terminal', () => {
    const bad = defect(`\u001b]0;x\u0007${'A'.repeat(5000)}`, { purl: 'pkg:npm/\u202ex\n@1' });
    const { message } = found({}, [bad]);
    expect(message).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(message.length).toBeLessThan(700);
  });

  it('has limits', () => {
    for (const parameters of [
      { severity: 'unknown' },
      { severity: 'HIGH' },
      { maximum: -1 },
      { maximum: 1.5 },
      { types: [] },
      { types: ['tests'] },
      { types: ['code', 'code'] },
      { fixableOnly: 'yes' },
    ]) {
      expect(() => found(parameters, []), JSON.stringify(parameters)).toThrow('not valid');
    }
  });
});
