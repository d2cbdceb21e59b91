import { fromJson } from '../../database/json.js';
import type { RuleResult, VerdictInputs } from '../../engine/index.js';
import type { Verdict as VerdictRow } from '../../generated/prisma/client.js';
import type { DenialMembers, StoredVerdict, Verdict } from './verdicts.schemas.js';

/** A verdict that was decided now, with what it was decided by. */
export interface DecidedVerdict extends Verdict {
  readonly inputs: VerdictInputs;
  /** A rule took too long: it was not decided by its inputs, and is not stored. */
  readonly timedOut: boolean;
}

/** What a stored verdict has that the same one, decided again, may not have. */
export type FirstDecided = Pick<Verdict, 'decision' | 'results' | 'evaluatedAt' | 'createdBy'> & {
  readonly id: string;
};

/** As the API shows it, without its inputs. */
export function toVerdict(row: Omit<VerdictRow, 'inputs'>): Verdict {
  const { environmentName, results, ...rest } = row;
  return { ...rest, environment: environmentName, results: fromJson<RuleResult[]>(results) };
}

export const toStoredVerdict = (row: VerdictRow): StoredVerdict => ({
  ...toVerdict(row),
  engine: row.engine,
  inputs: fromJson<VerdictInputs>(row.inputs),
});

/** The same inputs, decided in two ways, are a mistake of ours: then the answer is no, whichever came first. */
export function denyContradiction(first: FirstDecided, { decision }: Verdict): FirstDecided {
  if (first.decision === decision) return first;
  const message = `These inputs were decided in another way before, by the verdict ${first.id}, which is a mistake of the platform. Nothing is allowed by them: change one, such as the evidence, and report the mistake`;
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

/** What a denial says, a line for each rule that denies. */
export function reasonsOf(verdicts: readonly DecidedVerdict[]): string[] {
  return verdicts.flatMap(({ results, inputs }) =>
    results
      .filter(({ denies }) => denies)
      .map(({ rule, message }) => `${inputs.release.version}: ${rule}: ${message}`),
  );
}

/** What a denial has besides what every problem has. It is sent as it is: nothing else may be in it. */
export const denialOf = (
  environment: string,
  verdicts: readonly DecidedVerdict[],
): DenialMembers => ({
  decision: 'deny',
  environment,
  reasons: reasonsOf(verdicts),
  verdicts: verdicts.map(({ inputs: _inputs, timedOut: _timedOut, ...verdict }) => verdict),
});
