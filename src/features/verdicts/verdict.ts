import { fromJson } from '../../database/json.js';
import {
  ENGINE,
  isUnderBreakGlass,
  overridesOf,
  type RuleResult,
  type VerdictInputs,
  verdictHash,
} from '../../engine/index.js';
import type { ReleaseDecision, Verdict as VerdictRow } from '../../generated/prisma/client.js';
import type { Judged } from './judge.js';
import type { Limits } from './limits.js';
import { nextStepsOf } from './next-steps.js';
import type { DenialMembers, StoredVerdict, Verdict } from './verdicts.schemas.js';
import { withIds } from './with-ids.js';

/** A verdict of this call. */
export interface DecidedVerdict
  extends Omit<Verdict, keyof Limits>,
    Omit<Judged, 'results' | 'limits' | 'risk' | 'facts'>,
    Limits {
  readonly askedAt: Date;
  readonly askedBy: string;
  /** Its inputs as JSON. Written only to store them: with thousands of reports they have megabytes. */
  readonly inputsJson: () => string;
  /** `fingerprintOf` its inputs. */
  readonly fingerprint: () => string;
  /** False: another request was changing what holds, or that is not known. */
  readonly isSettled: boolean;
}

type Shown = Verdict['results'][number]['findings'][number];

const shownFinding = (finding: Shown): Shown => ({
  fingerprint: finding.fingerprint,
  type: finding.type,
  severity: finding.severity,
  rule: finding.rule,
  title: finding.title,
  purl: finding.purl,
  packageName: finding.packageName,
  packageVersion: finding.packageVersion,
  fixedVersion: finding.fixedVersion,
  location: finding.location,
});

/** Results without what the engine needs alone: as they are hashed, answered and, by now, stored. */
export const shownResults = (results: Verdict['results']): Verdict['results'] =>
  results.map((result) =>
    result.findings.length === 0
      ? result
      : { ...result, findings: result.findings.map(shownFinding) },
  );

/** What a verdict says of a break-glass. Undefined: no break-glass let the release pass. */
export interface Broken {
  readonly breakGlass?: true | undefined;
  readonly overrides?: string[] | undefined;
}

type Decided = Pick<Verdict, 'decision' | 'results'>;

/** All members are there, so that they replace those of another decision. */
export function brokenBy({ decision, results }: Decided): Broken {
  if (decision !== 'allow' || !isUnderBreakGlass(results)) {
    return { breakGlass: undefined, overrides: undefined };
  }
  return { breakGlass: true, overrides: overridesOf(results) };
}

/** A verdict that was decided now, before its hash is needed. */
export type FreshVerdict = Omit<DecidedVerdict, 'verdictHash'>;

export const withHash = (verdict: FreshVerdict): DecidedVerdict => ({
  ...verdict,
  verdictHash: verdictHash({ ...verdict, engine: ENGINE }),
});

type Changeable = 'decision' | 'results' | 'evaluatedAt' | 'createdBy' | 'decidedAt' | 'decidedBy';

/** The fields of a stored verdict that differ from those of a repeated decision. */
export type FirstDecided = Pick<Verdict, Changeable> & { readonly id: string };

/** The rows that are needed of a verdict: without its inputs, with what holds if it does. */
export const SHOWN = {
  include: { holds: { select: { decidedAt: true, decidedBy: true } } },
  omit: { inputs: true },
} as const;

export type ShownRow = Omit<VerdictRow, 'inputs'> & {
  readonly holds: readonly Pick<ReleaseDecision, 'decidedAt' | 'decidedBy'>[];
};

/** A verdict as the API shows it, without its inputs. */
export function toVerdict(row: ShownRow): Verdict {
  const { environmentName: environment, results: stored, holds, verdictHash: hash, ...rest } = row;
  const results = shownResults(fromJson<RuleResult[]>(stored));
  const [{ decidedAt, decidedBy } = { decidedAt: null, decidedBy: null }] = holds;
  const verdict = { ...rest, environment, results, decidedAt, decidedBy };
  return { ...verdict, ...brokenBy(verdict), verdictHash: hash ?? verdictHash(verdict) };
}

export const toStoredVerdict = (row: ShownRow & Pick<VerdictRow, 'inputs'>): StoredVerdict => ({
  ...toVerdict(row),
  engine: row.engine,
  inputs: fromJson<VerdictInputs>(row.inputs),
});

/** Denies if the same inputs were decided differently before. That is a defect of the platform, so it fails closed. */
export function denyContradiction(
  first: FirstDecided,
  { decision }: Pick<Verdict, 'decision'>,
): FirstDecided {
  if (first.decision === decision) return first;
  const message = [
    `Verdict ${first.id} decided the same inputs differently`,
    'This is a defect of the platform, and such inputs are denied',
    'Report the defect. To continue, change an input: for example, upload the evidence again',
  ].join('. ');
  const result: RuleResult = {
    policy: null,
    policyVersion: null,
    rule: 'same-decision',
    mode: 'block',
    status: 'error',
    denies: true,
    message,
    evidence: [],
    findings: [],
    waivers: [],
  };
  return { ...first, decision: 'deny', results: [result, ...first.results] };
}

/** The release of a verdict in a line. @param names of projects, if the verdicts are about several */
function releaseOf(
  { projectId, version }: Pick<DecidedVerdict, 'projectId' | 'version'>,
  names: ReadonlyMap<number, string>,
): string {
  const project = names.get(projectId);
  return [...(project === undefined ? [] : [project]), version].join(' ');
}

/** What break-glasses let pass of several releases. @param names of projects, if the verdicts are about several */
export function brokenTogether(
  verdicts: readonly DecidedVerdict[],
  names: ReadonlyMap<number, string>,
): Broken {
  if (!verdicts.some(({ breakGlass }) => breakGlass)) return {};
  const overrides = verdicts.flatMap((verdict) =>
    (verdict.overrides ?? []).map((line) => `${releaseOf(verdict, names)}: ${line}`),
  );
  return { breakGlass: true, overrides };
}

/** One line for each rule that denies. @param names of projects, if the verdicts are about several */
export function reasonsOf(
  verdicts: readonly DecidedVerdict[],
  names: ReadonlyMap<number, string>,
): string[] {
  return verdicts.flatMap((verdict) => {
    const release = releaseOf(verdict, names);
    // A break-glass lets this release pass, and another one is denied.
    if (verdict.decision === 'allow') return [];
    return verdict.results
      .filter(({ denies }) => denies)
      .map((result) => `${release}: ${result.rule}: ${withIds(result.message, verdict, result)}`);
  });
}

/** The verdict as the API shows it. */
export function shownVerdict(verdict: DecidedVerdict): Verdict {
  const { inputsJson: _inputs, fingerprint: _fingerprint, isSettled: _settled, ...rest } = verdict;
  const { timedOut: _timedOut, version: _version, policies: _policies, ...shown } = rest;
  return shown;
}

/** The members that a denial adds to a problem. They are sent unchanged. @param page of the first denied release */
export const denialOf = (
  environment: string,
  verdicts: readonly DecidedVerdict[],
  names: ReadonlyMap<number, string>,
  page?: string,
): DenialMembers => ({
  decision: 'deny',
  environment,
  reasons: reasonsOf(verdicts, names),
  nextSteps: nextStepsOf(verdicts),
  ...(page !== undefined && { page }),
  verdicts: verdicts.map(shownVerdict),
});
