import { hash } from 'node:crypto';
import { canonicalJson } from '../../shared/canonical-json.js';
import type { ApprovalsCase, GivenApproval } from '../rules/common/approvals.js';
import { describe, isCounted, matching } from '../rules/common/defects.js';
import {
  differences,
  type NameOf,
  type Risk,
  type RiskFinding,
  type RuleRisk,
} from '../rules/common/risk.js';
import { byText } from '../rules/common/text.js';
import type { Defect } from '../rules/rule.js';
import type { CanonicalInputs } from './canonical.js';
import type { RuleResult, VerdictFacts } from './inputs.js';
import type { PreparedRule } from './prepared-rule.js';
import { aboutOf } from './waivers.js';

interface Decided {
  readonly inputs: CanonicalInputs;
  readonly facts: VerdictFacts;
}

type Results = ReadonlyMap<PreparedRule, RuleResult>;

/** SHA-256 of a risk as canonical JSON, in lower-case hexadecimal: the digest that an approver names. */
export const riskSha256 = (risk: Risk): string => hash('sha256', canonicalJson(risk), 'hex');

/** Names of findings for messages, by fingerprint. */
export function namesOf(defects: readonly Defect[]): NameOf {
  const names = new Map(defects.map((one) => [one.fingerprint, describe(one)]));
  return (fingerprint) => names.get(fingerprint) ?? fingerprint;
}

const byFingerprint = (a: RiskFinding, b: RiskFinding) => byText(a.fingerprint, b.fingerprint);

function findingsOf(
  { bound }: PreparedRule,
  defects: readonly Defect[],
  waived: ReadonlySet<string>,
): RiskFinding[] | undefined {
  const filter = bound?.counts;
  return (
    filter &&
    defects
      .filter((one) => isCounted(one, filter))
      .map(({ fingerprint, severity, unsure }) => ({
        fingerprint,
        severity,
        ...(unsure === true && { unsure: true as const }),
        ...(waived.has(fingerprint) && { waived: true as const }),
      }))
      .sort(byFingerprint)
  );
}

function coverageOf({ evidence }: CanonicalInputs): Risk['coverage'] {
  const places = evidence.flatMap(({ shows, artifact }) =>
    shows.map((what) => ({ what, artifact })),
  );
  const byPlace = new Map(places.map((one) => [canonicalJson(one), one]));
  return [...byPlace].sort(([a], [b]) => byText(a, b)).map(([, one]) => one);
}

/** What an approver sees. undefined: not asked for, or more than an approval can be bound to. */
export function riskOf({ inputs, facts }: Decided, results: Results): Risk | undefined {
  const { counted } = facts;
  if (counted === undefined || counted === 'too-many') return undefined;
  const waived = new Set(facts.defects.waived.map(({ fingerprint }) => fingerprint));
  const whole = new Set(
    inputs.waivers.filter((one) => aboutOf(one) === 'policy-rule').map(({ id }) => id),
  );
  const rules = [...results].map(([prepared, result]): RuleRisk => {
    const findings = findingsOf(prepared, counted, waived);
    return {
      policy: prepared.policy.name,
      index: prepared.index,
      rule: result.rule,
      mode: result.mode,
      status: result.status,
      denies: result.denies,
      waived: result.waivers.some((id) => whole.has(id)),
      waivers: result.waivers.toSorted(byText),
      ...(prepared.bound?.outside && { outside: true as const }),
      ...(findings && { findings }),
    };
  });
  return {
    release: inputs.release.id,
    environment: inputs.environment,
    commit: inputs.release.commit,
    artifacts: inputs.artifacts.map(({ sha256 }) => sha256).toSorted(byText),
    policies: inputs.policies.map(({ name, sha256 }) => ({ name, sha256 })),
    rules,
    coverage: coverageOf(inputs),
  };
}

/** What became worse since somebody approved. What they saw must be known. */
function worseSince(seen: Risk | undefined, now: Risk, nameOf: NameOf): string[] {
  if (!seen) return ['what the person saw is not stored'];
  return differences(seen, now, nameOf)
    .filter(({ isWorse }) => isWorse)
    .map(({ text }) => text);
}

/** Whether a rule counts new findings, also waived ones. What is not known may be one. */
function hasNewFindings({ facts }: Decided, results: Results): boolean {
  const { newDefects } = facts;
  const counting = [...results].flatMap(([{ bound }, result]) =>
    bound?.counts ? { filter: bound.counts, status: result.status } : [],
  );
  if (!newDefects || counting.length === 0) return true;
  return counting.some(({ filter, status }) => {
    if (status === 'not-evidenced' || status === 'error') return true;
    const { total, waived } = matching(newDefects, filter);
    return !(total + waived.length <= 0);
  });
}

/** What a rule that asks for approvals evaluates. undefined: the facts lack it. */
export function approvalsCase(
  decided: Decided,
  results: Results,
  risk: Risk | undefined,
): ApprovalsCase | undefined {
  const { inputs, facts } = decided;
  const { approvals } = inputs;
  if (!approvals || !facts.seen) return undefined;
  const nameOf = namesOf(facts.counted === 'too-many' ? [] : (facts.counted ?? []));
  const { seen } = facts;
  const compared = new Map<string, string[]>();
  const worseThan = (digest: string) => {
    if (!risk) return ['the release has too many findings to compare'];
    const worse = compared.get(digest) ?? worseSince(seen.get(digest), risk, nameOf);
    compared.set(digest, worse);
    return worse;
  };
  const given = approvals.given.map(
    (one): GivenApproval => ({
      ...one,
      worse: one.decision === 'reject' ? [] : worseThan(one.seen),
    }),
  );
  const used = new Set([...results.values()].flatMap(({ waivers }) => waivers));
  const requester = new Map(approvals.requesters.map(({ waiver, name }) => [waiver, name]));
  return {
    environment: inputs.environment,
    given,
    triggeredBy: approvals.triggeredBy,
    authors: approvals.authors,
    requesters: [...used].toSorted(byText).map((id) => requester.get(id) ?? null),
    hasNewFindings: hasNewFindings(decided, results),
    usesWaivers: used.size > 0,
  };
}
