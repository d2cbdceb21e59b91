import { type CallContext, query, readTogether } from '../../database/context.js';
import type { Read } from '../../database/sql.js';
import { bookkeeping } from '../../database/transaction.js';
import { type ComponentInput, ENGINE } from '../../engine/index.js';
import {
  type Collected,
  type Computed,
  collectAll,
  collectedFrom,
  fingerprintOf,
  hasEvidence,
  type Question,
  type Row,
  readRow,
} from './collect.js';
import { COMPONENTS, STORE_FACTS } from './facts.sql.js';
import { type Judged, judge } from './judge.js';
import type { LargeDecisions, Waiting } from './large-decisions.js';

/** A judgement, and its inputs when they are stored. */
export interface Decided {
  readonly judged: Judged;
  readonly inputsJson: () => string;
  /** `fingerprintOf` the row that was judged. */
  readonly fingerprint: () => string;
  /** False: another request was changing what holds, or that is not known. */
  readonly isSettled: boolean;
}

const fromCollected = (collected: Collected, question: Question, row: Row): Decided => ({
  judged: judge(collected, { isBrief: question.isBrief }),
  inputsJson: () => JSON.stringify(collected.inputs),
  fingerprint: () => fingerprintOf(question, row),
  isSettled: row.isSettled,
});

/** Stores computed facts for the next question, unless the release has changed. */
async function storeFacts(
  context: CallContext,
  releaseId: string,
  { facts, changes }: Computed,
): Promise<void> {
  if (changes === null) return;
  const values = [releaseId, JSON.stringify(facts), changes, ENGINE];
  await bookkeeping(context, (transaction) => query(transaction, STORE_FACTS, values));
}

/** Reads a question's facts in the thread of the request, from one snapshot. Only the row, if it became large. */
async function collectHere(read: Read, question: Question, large: LargeDecisions) {
  const row = await readRow(read, question, large.reports); // the first row is from an earlier snapshot
  if (!row) return undefined;
  if (!hasEvidence(row) || large.isLarge(row, question.isBrief)) return { row, all: undefined };
  const components = (releaseId: string) => read<ComponentInput>(COMPONENTS, [releaseId]);
  return { row, all: await collectAll(read, row, components, question.isBrief) };
}

/**
 * Decides a question from one snapshot: here, or in a thread if it needs many rows.
 * @param admit called with the project of the release before anything is decided; throws if the caller may not ask
 * @returns undefined if the release or the environment does not exist
 * @throws {AppError} `decision-too-large`, `overloaded`
 */
export async function decide(
  context: CallContext,
  question: Question,
  large: LargeDecisions,
  waiting: Waiting,
  admit: (projectId: number) => void = () => {},
): Promise<Decided | undefined> {
  const inThread = async (row: Row): Promise<Decided | undefined> => {
    const answer = await large.decide(question, row, waiting);
    if (!answer) return undefined;
    if (answer.computed) await storeFacts(context, question.releaseId, answer.computed);
    const inputsJson = () => new TextDecoder().decode(answer.inputs);
    const fingerprint = () => answer.fingerprint;
    return { judged: answer.judged, inputsJson, fingerprint, isSettled: false };
  };
  const row = await readRow(
    (statement, values) => query(context, statement, values),
    question,
    large.reports,
  );
  if (!row) return undefined;
  admit(row.release.projectId);
  if (!hasEvidence(row) || large.isLarge(row, question.isBrief)) return inThread(row);
  const collected = collectedFrom(row, question.isBrief);
  if (collected) return fromCollected(collected, question, row);
  const read = await readTogether(context, (read) => collectHere(read, question, large));
  if (!read) return undefined;
  if (!read.all) return inThread(read.row);
  const { collected: judged, computed } = read.all;
  if (computed) await storeFacts(context, question.releaseId, computed);
  return fromCollected(judged, question, read.row);
}
