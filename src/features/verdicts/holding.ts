import { type CallContext, query } from '../../database/context.js';
import { takeTurn, waitForTurn } from '../../database/turns.js';
import { ENGINE, isUnderBreakGlass } from '../../engine/index.js';
import { type ChangeContext, change } from '../../events/index.js';
import { recordStates } from '../approvals/index.js';
import { fingerprintOf, type Question, readRow } from './collect.js';
import { turnOf } from './collect.sql.js';
import { FIND_VERDICT, HOLD_VERDICT, INSERT_VERDICT } from './holding.sql.js';
import {
  brokenBy,
  type DecidedVerdict,
  denyContradiction,
  type FirstDecided,
  type FreshVerdict,
  shownResults,
  withHash,
} from './verdict.js';

/**
 * What a question changed. `new`: a new verdict holds. `changed`: one on inputs that were decided before holds.
 * `late`: what holds is of a later snapshot. `timed-out`: the rules timed out, and nothing was stored.
 */
export const OUTCOMES = ['unchanged', 'changed', 'new', 'late', 'timed-out'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** How often a question is decided until nothing changes in the meantime. */
const ATTEMPTS = 3;

/** A row of `FIND_VERDICT`. */
interface Stored extends FirstDecided {
  readonly verdictHash: string | null;
  readonly holding: DecidedVerdict['decision'] | null;
}

/** The stored verdict of the same inputs, as it answers this question. */
async function findStored(
  context: CallContext,
  verdict: FreshVerdict,
): Promise<{ verdict: DecidedVerdict; holds: boolean } | undefined> {
  const { releaseId, environment, inputsHash } = verdict;
  const values = [releaseId, environment, inputsHash];
  const [row] = await query<Stored>(context, FIND_VERDICT, values);
  if (!row) return undefined;
  const { holding, verdictHash, ...found } = row;
  const first = { ...found, results: shownResults(found.results) };
  const answered = denyContradiction(first, verdict);
  const holds = holding === answered.decision;
  const { decidedAt, decidedBy } = holds ? first : { decidedAt: null, decidedBy: null };
  // The hash covers what is answered: of a contradiction that is not what was stored.
  const hash = answered === first ? verdictHash : null;
  const all: FreshVerdict = {
    ...verdict,
    ...answered,
    ...brokenBy(answered),
    decidedAt,
    decidedBy,
  };
  return { verdict: hash === null ? withHash(all) : { ...all, verdictHash: hash }, holds };
}

/** A decision, and what it changed. */
export interface Settled {
  readonly verdict: DecidedVerdict;
  readonly outcome: Outcome;
  /** Whether the verdict was stored now. */
  readonly isNew: boolean;
}

/** Stores a new verdict. @returns its id; undefined if another request has stored it */
async function insert(changing: ChangeContext, verdict: DecidedVerdict) {
  const { projectId, releaseId, environment, decision, inputsHash, inputsJson, results } = verdict;
  const about = [projectId, releaseId, environment, decision, ENGINE, inputsHash];
  const documents = [inputsJson(), JSON.stringify(results)];
  const { evaluatedAt, createdBy, verdictHash } = verdict;
  const values = [...about, ...documents, evaluatedAt, createdBy, verdictHash];
  const [row] = await query<{ id: string }>(changing, INSERT_VERDICT, values);
  return row?.id;
}

/** The details of an event about a stored verdict. @param before id of the verdict that held until then */
const eventOf = <More extends object>(
  verdict: DecidedVerdict,
  id: string,
  before: string | null,
  more: More,
) => {
  const { projectId, releaseId, environment, decision, inputsHash, verdictHash } = verdict;
  const data = { environment, decision, inputsHash, verdictHash, engine: ENGINE, before, ...more };
  return { id, projectId, releaseId, data };
};

/**
 * Stores the verdict unless it has an id, and lets it hold, in the turn of its release and environment. The inputs are
 * compared again in this turn: so one that holds is never of an earlier snapshot than one that it replaces.
 * @param isLast whether it may hold although the inputs have changed since, if its snapshot is the later one
 * @returns undefined if the question must be decided again
 */
async function hold(
  changing: ChangeContext,
  question: Question,
  verdict: DecidedVerdict,
  isLast: boolean,
): Promise<Settled | undefined> {
  const { releaseId, environment, projectId, decision, inputsHash } = verdict;
  const { evaluatedAt, askedAt, askedBy } = verdict;
  const since = await takeTurn(changing, turnOf(releaseId, environment));
  const row = await readRow((statement, values) => query(changing, statement, values), question, 0);
  const isCurrent = row !== undefined && fingerprintOf(question, row) === verdict.fingerprint();
  if (!isCurrent && !isLast) return changing.unchanged(undefined);
  const isNew = verdict.id === null;
  const id = verdict.id ?? (await insert(changing, verdict));
  if (id === undefined) return changing.unchanged(undefined);
  const about = [releaseId, environment, projectId, id, decision, inputsHash];
  const snapshot = isCurrent ? since : evaluatedAt;
  const values = [...about, snapshot, askedAt, askedBy, isCurrent];
  const [held] = await query<{ before: string | null }>(changing, HOLD_VERDICT, values);
  if (!held && !isNew) return changing.unchanged({ verdict, outcome: 'late', isNew });
  const type = isNew ? 'verdict.decided' : 'verdict.holds-again';
  const more = held
    ? { decidedAt: askedAt.toISOString(), snapshot: snapshot.toISOString() }
    : { late: true };
  changing.record(type, eventOf(verdict, id, held?.before ?? null, more));
  if (!held) return { verdict: { ...verdict, id }, outcome: 'late', isNew };
  await recordStates(changing, verdict);
  const holding = { ...verdict, id, decidedAt: askedAt, decidedBy: askedBy };
  return { verdict: holding, outcome: isNew ? 'new' : 'changed', isNew };
}

/**
 * Stores a verdict of a question for a rollback, or while the glass is broken. It does not hold: what holds says
 * whether the release may go in the ordinary way, and each ordinary question would change it back.
 * @returns undefined if another request has stored it
 */
async function settleApart(
  context: CallContext,
  question: Question,
  decided: FreshVerdict,
): Promise<Settled | undefined> {
  const stored = await findStored(context, decided);
  if (stored) return { verdict: stored.verdict, outcome: 'unchanged', isNew: false };
  const verdict = withHash(decided);
  return change(context, async (changing): Promise<Settled | undefined> => {
    const id = await insert(changing, verdict);
    // Another request has stored it.
    if (id === undefined) return changing.unchanged(undefined);
    // A verdict with an intent does not hold.
    const intent = question.intent ?? 'break-glass';
    const more = { intent, ...(verdict.breakGlass && { breakGlass: true }) };
    changing.record('verdict.decided', eventOf(verdict, id, null, more));
    return { verdict: { ...verdict, id }, outcome: 'new', isNew: true };
  });
}

/** Whether the rules ran out of time, and that is the decision: the next one on the same inputs may differ. */
const isUndecided = ({ timedOut, breakGlass }: FreshVerdict) => timedOut && !breakGlass;

/**
 * Decides a question until what holds is settled. A question that changes nothing writes nothing.
 * @param decide decides the question now
 */
export async function settle(
  context: CallContext,
  question: Question,
  decide: () => Promise<FreshVerdict>,
): Promise<Settled> {
  for (let attempt = 1; ; attempt += 1) {
    const decided = await decide();
    if (isUndecided(decided)) {
      return { verdict: withHash(decided), outcome: 'timed-out', isNew: false };
    }
    if (question.intent || isUnderBreakGlass(decided.results)) {
      const apart = await settleApart(context, question, decided);
      if (apart) return apart;
      continue;
    }
    // Another request may be about to store what it read before this one.
    if (!decided.isSettled)
      await waitForTurn(context, turnOf(question.releaseId, question.environment));
    const stored = await findStored(context, decided);
    if (stored?.holds) return { verdict: stored.verdict, outcome: 'unchanged', isNew: false };
    const verdict = stored?.verdict ?? withHash(decided);
    const settled = await change(context, (changing) =>
      hold(changing, question, verdict, attempt >= ATTEMPTS),
    );
    if (settled && (settled.outcome !== 'late' || attempt > ATTEMPTS)) return settled;
  }
}
