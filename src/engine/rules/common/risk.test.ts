import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SEVERITIES, type Severity } from '../../../vocabulary/severity.js';
import { differences, type Risk, type RiskFinding, type RuleRisk } from './risk.js';

const rule = (rest: Partial<RuleRisk> = {}): RuleRisk => ({
  policy: 'gate',
  index: 0,
  rule: 'tests-passed',
  mode: 'block',
  status: 'pass',
  denies: false,
  waived: false,
  waivers: [],
  ...rest,
});

const risk = (rest: Partial<Risk> = {}): Risk => ({
  release: 'r',
  environment: 'production',
  commit: 'c',
  artifacts: ['a1'],
  policies: [{ name: 'gate', sha256: 'p1' }],
  rules: [rule()],
  coverage: [{ what: 'vulnerability', artifact: null }],
  ...rest,
});

const nameOf = (fingerprint: string) => `CVE-${fingerprint}`;
const worse = (seen: Risk, now: Risk) =>
  differences(seen, now, nameOf)
    .filter(({ isWorse }) => isWorse)
    .map(({ text }) => text);
const found =
  (...findings: RiskFinding[]) =>
  (rest: Partial<RuleRisk> = {}) =>
    risk({ rules: [rule({ rule: 'max-findings', findings, ...rest })] });
const finding = (
  fingerprint: string,
  severity: Severity = 'high',
  rest: Partial<RiskFinding> = {},
): RiskFinding => ({ fingerprint, severity, ...rest });

describe('differences', () => {
  it.each<[string, Partial<Risk>, string]>([
    ['another commit', { commit: 'd' }, 'it is about another release, commit or environment'],
    ['a new artifact', { artifacts: ['a1', 'a2'] }, 'artifact a2 is new'],
    ['a missing artifact', { artifacts: [] }, 'artifact a1 is gone'],
    [
      'another version of a policy',
      { policies: [{ name: 'gate', sha256: 'p2' }] },
      'policy gate has changed',
    ],
    ['a missing policy', { policies: [] }, 'policy gate is gone'],
    ['less coverage', { coverage: [] }, 'no evidence shows vulnerability for the release any more'],
    [
      'a rule that denies',
      { rules: [rule({ status: 'fail', denies: true })] },
      'tests-passed denies',
    ],
    [
      'a rule that fails under a waiver',
      { rules: [rule({ status: 'fail', waived: true })] },
      'tests-passed fails, and a waiver covers it',
    ],
    [
      'a rule that was not seen',
      { rules: [rule({ index: 1 })] },
      'the rule tests-passed was not seen',
    ],
  ])('%s is worse', (_what, now, text) => {
    expect(worse(risk(), risk(now))).toEqual([text]);
  });

  it('does not compare the rules of other policies', () => {
    const now = risk({ policies: [], rules: [rule({ rule: 'x', status: 'fail', denies: true })] });
    expect(worse(risk(), now)).toEqual(['policy gate is gone']);
  });

  it.each<[string, RiskFinding[], RiskFinding[], string[]]>([
    ['new', [], [finding('1')], ['CVE-1 (high) is new']],
    [
      'new and waived',
      [],
      [finding('1', 'high', { waived: true })],
      ['CVE-1 (high, waived) is new'],
    ],
    ['worse', [finding('1')], [finding('1', 'critical')], ['CVE-1 is worse: critical, was high']],
    [
      'in doubt',
      [finding('1')],
      [finding('1', 'high', { unsure: true })],
      ['CVE-1 is worse: high or worse, was high'],
    ],
    ['unrated', [finding('1')], [finding('1', 'unknown')], ['CVE-1 is worse: unknown, was high']],
    ['better', [finding('1', 'critical')], [finding('1')], []],
    ['gone', [finding('1')], [], []],
    ['rated', [finding('1', 'unknown')], [finding('1', 'unknown')], []],
  ])('a finding that is %s', (_what, before, after, texts) => {
    expect(worse(found(...before)(), found(...after)())).toEqual(texts);
  });

  it('a waiver is worse over what was red, and not over what was green or waived', () => {
    const plain = found(finding('1'));
    const covered = found(finding('1', 'high', { waived: true }));
    const red = { status: 'fail', denies: true } as const;
    expect(worse(plain(red), covered())).toEqual([
      'a waiver covers CVE-1, because of which max-findings failed',
    ]);
    expect(worse(plain(), covered())).toEqual([]);
    expect(worse(covered(), plain(red))).toEqual([]); // it ended: the rule denies by itself
    expect(worse(covered(), covered({ waivers: ['other'] }))).toEqual([]);
  });

  it('a waiver over a whole rule is worse if the rule had failed without it', () => {
    const failed = risk({ rules: [rule({ status: 'fail', denies: true })] });
    const waived = risk({ rules: [rule({ status: 'fail', waived: true })] });
    expect(worse(failed, waived)).toEqual(['a waiver covers the rule tests-passed, which failed']);
    expect(worse(waived, failed)).toEqual([]);
    expect(worse(waived, waived)).toEqual([]);
  });

  it('a rule about what runs or about the time is not compared', () => {
    const outside = rule({ rule: 'semver-increases', outside: true });
    const denies = { ...outside, status: 'fail', denies: true } as const;
    expect(worse(risk({ rules: [outside] }), risk({ rules: [denies] }))).toEqual([]);
  });

  it('coverage of each artifact is not less than that of the release', () => {
    const now = risk({ coverage: [{ what: 'vulnerability', artifact: 'a1' }] });
    expect(worse(risk(), now)).toEqual([]);
    expect(worse(now, risk())).toEqual([]);
    const two = { artifacts: ['a1', 'a2'] };
    expect(worse(risk(two), { ...now, ...two })).toHaveLength(1);
  });

  it('names the worst finding first, and each once', () => {
    const one = rule({ findings: [finding('1', 'low'), finding('2', 'critical')] });
    const now = risk({ rules: [one, { ...one, index: 1 }] });
    const seen = risk({ rules: [rule({ findings: [] }), rule({ index: 1, findings: [] })] });
    expect(worse(seen, now)).toEqual(['CVE-2 (critical) is new', 'CVE-1 (low) is new']);
  });
});

const anyFinding = fc.record({
  fingerprint: fc.constantFrom('1', '2', '3'),
  severity: fc.constantFrom(...SEVERITIES),
});
const findings = fc.uniqueArray(anyFinding, { selector: ({ fingerprint }) => fingerprint });

describe('any risk', () => {
  it('is not worse than itself, and less is not worse than more', () => {
    fc.assert(
      fc.property(findings, fc.nat(3), (all, kept) => {
        const some = all.slice(0, kept);
        expect(worse(found(...all)(), found(...all)())).toEqual([]);
        expect(worse(found(...all)(), found(...some)())).toEqual([]);
        expect(worse(found(...some)(), found(...all)())).toHaveLength(all.length - some.length);
      }),
    );
  });
});
