import type { CallContext } from '../../database/context.js';
import { query } from '../../database/context.js';
import { bookkeeping } from '../../database/transaction.js';
import {
  type Defect,
  namesOf,
  type Risk,
  riskSha256,
  type VerdictInputs,
} from '../../engine/index.js';
import { AppError } from '../../shared/app-error.js';
import { canonicalJson } from '../../shared/canonical-json.js';
import { decideForBrief, type Waiting } from '../verdicts/index.js';
import { FIND_BRIEF, STORE_BRIEF } from './brief.sql.js';

/** The decision that an approver sees, with the digest of its risk. */
export type Seen = NonNullable<Awaited<ReturnType<typeof decideForBrief>>> & {
  readonly risk: Risk;
  /** SHA-256 of the risk. */
  readonly seen: string;
  /** All defects that rules count. */
  readonly counted: readonly Defect[];
  readonly nameOf: (fingerprint: string) => string;
};

/**
 * What an approver must know now.
 * @returns undefined if the environment does not exist
 * @throws {AppError} `decision-too-large`, `overloaded`
 */
export async function currentRisk(
  context: CallContext,
  question: { readonly releaseId: string; readonly environment: string },
  waiting: Waiting,
): Promise<Seen | undefined> {
  const decided = await decideForBrief(context, question, waiting);
  if (!decided) return undefined;
  const { risk, facts, timedOut } = decided;
  const counted = facts?.counted;
  if (counted === 'too-many') {
    const detail = [
      'The rules count more findings than an approval can be bound to',
      'Waivers do not help: correct findings, or let the policy count severer ones only',
    ].join('. ');
    throw new AppError('decision-too-large', detail);
  }
  if (timedOut || !risk || !counted) {
    const detail = 'The rules exceeded their time limit, so nothing can be said. Retry';
    throw new AppError('overloaded', detail, { headers: { 'retry-after': '1' } });
  }
  return { ...decided, risk, seen: riskSha256(risk), counted, nameOf: namesOf(counted) };
}

/** What was shown under this digest. undefined: nothing was. */
export async function shownRisk(
  context: CallContext,
  releaseId: string,
  environment: string,
  seen: string,
): Promise<Risk | undefined> {
  const [row] = await query<{ risk: string }>(context, FIND_BRIEF, [releaseId, environment, seen]);
  return row && (JSON.parse(row.risk) as Risk);
}

/** Keeps what is shown, so that an approval can refer to it, and a later answer can tell what changed. */
export async function keepShown(
  context: CallContext,
  projectId: number,
  { risk, seen }: Pick<Seen, 'risk' | 'seen'>,
): Promise<void> {
  const { release, environment } = risk;
  if (await shownRisk(context, release, environment, seen)) return;
  const values = [release, environment, seen, projectId, canonicalJson(risk)];
  await bookkeeping(context, (transaction) =>
    query(transaction, STORE_BRIEF, [...values, context.caller.subject]),
  );
}

export const inputsOf = ({ inputs }: Pick<Seen, 'inputs'>): VerdictInputs =>
  JSON.parse(inputs()) as VerdictInputs;
