import type { Shown } from '../../vocabulary/finding-types.js';
import { EMPTY_INPUT } from './empty-input.js';
import { ruleNamed } from './index.js';
import type { ComponentInput, Defect, EvidenceInput, Outcome, RuleInput, Uploads } from './rule.js';

/** Inputs of rules, for tests. */

const RELEASE: RuleInput['release'] = { version: '1.4.0', state: 'open', revokedReason: null };

/** A part of what the kinds of evidence declare. */
export const UPLOADS: Uploads = {
  components: ['cyclonedx', 'spdx'],
  tests: ['junit'],
  secret: ['gitleaks'],
};

/** An empty input, with the given fields replaced. */
export const input = (
  given: Partial<Omit<RuleInput, 'release'>> & { release?: Partial<RuleInput['release']> } = {},
): RuleInput => ({
  ...EMPTY_INPUT,
  newDefects: undefined,
  components: undefined,
  approvals: undefined,
  reviews: undefined,
  uploads: UPLOADS,
  ...given,
  release: { ...RELEASE, ...given.release },
});

export const evidence = (
  id: string,
  shows: readonly Shown[],
  rest: Partial<EvidenceInput> = {},
): EvidenceInput => ({
  id,
  kind: 'trivy',
  label: null,
  artifact: null,
  sha256: id.padStart(64, '0'),
  parserVersion: 1,
  shows,
  coverage: shows.map((what) => ({ what, ran: 'yes' as const })),
  ...rest,
});

/** A test report. */
export const report = (id: string, tests: number, failures = 0, errors = 0, skipped = 0) =>
  evidence(id, ['tests'], { kind: 'junit', tests: { tests, failures, errors, skipped } });

export const defect = (rule: string, rest: Partial<Defect> = {}): Defect => ({
  fingerprint: rule.toLowerCase(),
  type: 'vulnerability',
  severity: 'critical',
  rule,
  title: null,
  purl: 'pkg:npm/x@1.0.0',
  packageName: 'x',
  packageVersion: '1.0.0',
  fixedVersion: '1.2.3',
  fix: rest.fixedVersion === null ? 'none' : 'available',
  location: null,
  ...rest,
});

/** Counts defects as the database does, including waived ones. */
export function defects(all: readonly Defect[], waivers: Record<string, string[]> = {}) {
  return {
    counts: all.map(({ type, severity, fix, was }) => ({
      type,
      severity,
      fix,
      ...(was && { was }),
      count: 1,
    })),
    worst: all,
    waived: all.flatMap((one) => {
      const ids = waivers[one.rule];
      return ids ? [{ ...one, waivers: ids }] : [];
    }),
  };
}

export const component = (
  name: string,
  version: string | null,
  rest: Partial<ComponentInput> = {},
): ComponentInput => ({
  name,
  version,
  purl: version === null ? null : `pkg:npm/${name.replace('@', '%40')}@${version}`,
  licences: ['MIT'],
  ...rest,
});

/** Evaluates a rule, with validated parameters and defaults, as in a policy. @throws {RuleFault} */
export function ask(name: string, parameters: object, given: RuleInput): Outcome {
  const rule = ruleNamed(name);
  if (!rule) throw new Error(`no rule ${name}`);
  return rule.bind({ ...parameters, rule: name, mode: 'block' }).evaluate(given);
}
