import { SEVERITIES, type Severity } from '../../../vocabulary/severity.js';
import type { Mode } from '../rule.js';
import { byText, shown } from './text.js';

/** A finding that a rule counts, or would count without a waiver. */
export interface RiskFinding {
  /** Lower-case hexadecimal. */
  readonly fingerprint: string;
  readonly severity: Severity;
  /** Another tool does not rate it, so it may be worse. */
  readonly unsure?: true;
  readonly waived?: true;
}

/** What one rule found. */
export interface RuleRisk {
  readonly policy: string;
  /** Index of the rule in the policy, from 0. */
  readonly index: number;
  readonly rule: string;
  readonly mode: Mode;
  readonly status: 'pass' | 'fail' | 'not-evidenced' | 'error';
  readonly denies: boolean;
  /** Whether a waiver covers the whole rule. */
  readonly waived: boolean;
  /** Ids of the waivers that took effect. */
  readonly waivers: readonly string[];
  /** Its result depends on what runs, or on the time: such a rule denies by itself, and makes no approval void. */
  readonly outside?: true;
  /** Only of rules that count findings: all at or above the limit of the rule, by fingerprint. */
  readonly findings?: readonly RiskFinding[];
}

/** The risk that an approver sees. An approval is bound to it. */
export interface Risk {
  readonly release: string;
  readonly environment: string;
  readonly commit: string;
  /** SHA-256 digests. */
  readonly artifacts: readonly string[];
  readonly policies: readonly { readonly name: string; readonly sha256: string | null }[];
  /** In the order of the policies, without those that ask for approvals. */
  readonly rules: readonly RuleRisk[];
  /** What evidence shows, for an artifact, or for the whole release (null). */
  readonly coverage: readonly { readonly what: string; readonly artifact: string | null }[];
}

/** Something that differs. `isWorse`: it makes an approval void. */
export interface Difference {
  readonly isWorse: boolean;
  /** Begins with a lower-case word or a name, without a full stop. */
  readonly text: string;
}

/** Names a finding by its fingerprint, such as `CVE-2026-1 in pkg:npm/x@1`. */
export type NameOf = (fingerprint: string) => string;

const worse = (text: string): Difference => ({ isWorse: true, text });
const other = (text: string): Difference => ({ isWorse: false, text });

function artifacts(seen: Risk, now: Risk): Difference[] {
  const [before, after] = [new Set(seen.artifacts), new Set(now.artifacts)];
  const added = now.artifacts.filter((digest) => !before.has(digest));
  const gone = seen.artifacts.filter((digest) => !after.has(digest));
  return [
    ...added.map((digest) => worse(`artifact ${digest} is new`)),
    ...gone.map((digest) => worse(`artifact ${digest} is gone`)),
  ];
}

function policies(seen: Risk, now: Risk): Difference[] {
  const digests = (risk: Risk) => new Map(risk.policies.map(({ name, sha256 }) => [name, sha256]));
  const [before, after] = [digests(seen), digests(now)];
  const names = [...new Set([...before.keys(), ...after.keys()])].toSorted(byText);
  return names.flatMap((name) => {
    if (!before.has(name)) return worse(`policy ${shown(name)} is new`);
    if (!after.has(name)) return worse(`policy ${shown(name)} is gone`);
    return before.get(name) === after.get(name) ? [] : worse(`policy ${shown(name)} has changed`);
  });
}

/** Whether a tool does not rate the finding: it may be of any severity then. */
const isDoubtful = ({ severity, unsure }: RiskFinding) => unsure === true || severity === 'unknown';

const isWorse = (before: RiskFinding, after: RiskFinding) =>
  SEVERITIES.indexOf(after.severity) < SEVERITIES.indexOf(before.severity) ||
  (isDoubtful(after) && !isDoubtful(before));

const rating = ({ severity, unsure }: RiskFinding) => `${severity}${unsure ? ' or worse' : ''}`;

function finding(rule: RuleRisk, before: RiskFinding | undefined, now: RiskFinding, name: string) {
  if (!before) {
    return worse(`${name} (${rating(now)}${now.waived ? ', waived' : ''}) is new`);
  }
  if (isWorse(before, now)) {
    return worse(`${name} is worse: ${rating(now)}, was ${rating(before)}`);
  }
  if (!now.waived || before.waived) return undefined;
  return rule.status === 'pass'
    ? other(`a waiver covers ${name}`)
    : worse(`a waiver covers ${name}, because of which ${rule.rule} failed`);
}

const bySeverity = (a: RiskFinding, b: RiskFinding) =>
  SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
  byText(a.fingerprint, b.fingerprint);

function findings(before: RuleRisk, after: RuleRisk, nameOf: NameOf): Difference[] {
  const known = new Map(before.findings?.map((one) => [one.fingerprint, one]));
  const now = (after.findings ?? []).toSorted(bySeverity);
  const changed = now.flatMap((one) => {
    const difference = finding(
      before,
      known.get(one.fingerprint),
      one,
      shown(nameOf(one.fingerprint)),
    );
    return difference ?? [];
  });
  const present = new Set(now.map(({ fingerprint }) => fingerprint));
  const gone = [...known.keys()].filter((fingerprint) => !present.has(fingerprint)).length;
  const ended = now.filter((one) => !one.waived && known.get(one.fingerprint)?.waived).length;
  return [
    ...changed,
    ...(gone > 0 ? [other(`${gone} of the findings of ${after.rule} are gone`)] : []),
    ...(ended > 0
      ? [other(`waivers over ${ended} of the findings of ${after.rule} have ended`)]
      : []),
  ];
}

function rule(before: RuleRisk, after: RuleRisk, nameOf: NameOf): Difference[] {
  const { rule: name } = after;
  const of = findings(before, after, nameOf);
  if (after.waived && !before.waived && before.status !== 'pass') {
    return [...of, worse(`a waiver covers the rule ${name}, which failed`)];
  }
  if (after.findings || after.outside) {
    const moved = before.status !== after.status || before.denies !== after.denies;
    return of.length > 0 || !moved ? of : [other(`the result of ${name} has changed`)];
  }
  if (before.status === 'pass' && after.status !== 'pass') {
    if (after.denies) return [worse(`${name} denies`)];
    return after.waived
      ? [worse(`${name} fails, and a waiver covers it`)]
      : [other(`${name} fails`)];
  }
  return before.status === after.status ? [] : [other(`the result of ${name} has changed`)];
}

function coverage(seen: Risk, now: Risk): Difference[] {
  const keyOf = (what: string, artifact: string | null) => `${artifact ?? ''} ${what}`;
  const present = new Set(now.coverage.map(({ what, artifact }) => keyOf(what, artifact)));
  const isShown = ({ what, artifact }: Risk['coverage'][number]) =>
    present.has(keyOf(what, artifact)) ||
    present.has(keyOf(what, null)) ||
    // Evidence about each artifact is not less than evidence about all of them.
    (artifact === null &&
      now.artifacts.length > 0 &&
      now.artifacts.every((digest) => present.has(keyOf(what, digest))));
  return seen.coverage
    .filter((one) => !isShown(one))
    .map(({ what, artifact }) => {
      const whose = artifact === null ? 'the release' : `artifact ${artifact}`;
      return worse(`no evidence shows ${what} for ${whose} any more`);
    });
}

/** One text once: several rules can count the same finding. */
const distinct = (all: readonly Difference[]) => [
  ...new Map(all.map((one) => [one.text, one])).values(),
];

/**
 * What differs between the risk that was seen and the risk now, what is worse first. No difference that is worse means
 * that an approval holds.
 */
export function differences(seen: Risk, now: Risk, nameOf: NameOf): Difference[] {
  const moved =
    seen.release !== now.release ||
    seen.environment !== now.environment ||
    seen.commit !== now.commit;
  const ruled = policies(seen, now);
  const all = [
    ...(moved ? [worse('it is about another release, commit or environment')] : []),
    ...artifacts(seen, now),
    ...ruled,
    // Other policies have other rules, which cannot be compared one by one.
    ...(ruled.length > 0
      ? []
      : now.rules.flatMap((after) => {
          const before = seen.rules.find(
            ({ policy, index }) => policy === after.policy && index === after.index,
          );
          return before
            ? rule(before, after, nameOf)
            : [worse(`the rule ${after.rule} was not seen`)];
        })),
    ...coverage(seen, now),
  ];
  return distinct([...all.filter((one) => one.isWorse), ...all.filter((one) => !one.isWorse)]);
}
