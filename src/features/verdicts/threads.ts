import type { CallContext, Store } from '../../database/context.js';
import type { Question } from './collect.js';
import { decide } from './decide.js';
import type { LargeDecisions, Waiting } from './large-decisions.js';

const threads = new WeakMap<Store, LargeDecisions>();

/** The application on this database decides large questions in these threads, also those of other features. */
export const useThreads = (store: Store, large: LargeDecisions) => threads.set(store, large);

/**
 * Decides for an approver, and stores nothing of it: with the risk, and with the facts that a brief tells.
 * @returns undefined if the release or the environment does not exist
 * @throws {AppError} `decision-too-large`, `overloaded`
 */
export async function decideForBrief(
  context: CallContext,
  question: Omit<Question, 'isBrief' | 'versions'>,
  waiting: Waiting,
) {
  const large = threads.get(context.store);
  if (!large) throw new Error('the application has no threads for large decisions');
  const decided = await decide(context, { ...question, isBrief: true }, large, waiting);
  if (!decided) return undefined;
  return { ...decided.judged, inputs: decided.inputsJson };
}
