import { fromJson } from '../../database/json.js';
import type { RuleResult, VerdictInputs } from '../../engine/index.js';
import type { Verdict as VerdictRow } from '../../generated/prisma/client.js';
import type { Judged } from './judge.js';
import type { DenialMembers, StoredVerdict, Verdict } from './verdicts.schemas.js';

/** A verdict of this call. */
export interface DecidedVerdict extends Verdict, Omit<Judged, 'results'> {
  /** Its inputs as JSON. Written only to store them: with thousands of reports they have megabytes. */
  readonly inputsJson: () => string;
}

/** The fields of a stored verdict that a repeated decision can change. */
export type FirstDecided = Pick<Verdict, 'decision' | 'results' | 'evaluatedAt' | 'createdBy'> & {
  readonly id: string;
};

/** A verdict as the API shows it, without its inputs. */
export function toVerdict(row: Omit<VerdictRow, 'inputs'>): Verdict {
  const { environmentName, results, ...rest } = row;
  return { ...rest, environment: environmentName, results: fromJson<RuleResult[]>(results) };
}

export const toStoredVerdict = (row: VerdictRow): StoredVerdict => ({
  ...toVerdict(row),
  engine: row.engine,
  inputs: fromJson<VerdictInputs>(row.inputs),
});

/** Denies if the same inputs were decided differently before. That is a defect of the platform, so it fails closed. */
export function denyContradiction(first: FirstDecided, { decision }: Verdict): FirstDecided {
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

/** One line for each rule that denies. @param names of projects, if the verdicts are about several */
export function reasonsOf(
  verdicts: readonly DecidedVerdict[],
  names: ReadonlyMap<number, string>,
): string[] {
  return verdicts.flatMap(({ projectId, results, version }) => {
    const project = names.get(projectId);
    const release = [...(project === undefined ? [] : [project]), version].join(' ');
    return results
      .filter(({ denies }) => denies)
      .map(({ rule, message }) => `${release}: ${rule}: ${message}`);
  });
}

/** The verdict as the API shows it. */
export function shownVerdict(verdict: DecidedVerdict): Verdict {
  const { inputsJson: _inputs, timedOut: _timedOut, version: _version, ...rest } = verdict;
  const { policies: _policies, ...shown } = rest;
  return shown;
}

/** The members that a denial adds to a problem. They are sent unchanged. */
export const denialOf = (
  environment: string,
  verdicts: readonly DecidedVerdict[],
  names: ReadonlyMap<number, string>,
): DenialMembers => ({
  decision: 'deny',
  environment,
  reasons: reasonsOf(verdicts, names),
  verdicts: verdicts.map(shownVerdict),
});
