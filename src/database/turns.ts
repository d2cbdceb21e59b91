import { type Place, query, type TransactionContext } from './context.js';

const LOCK = 'hashtextextended($1, 0)';

/** The time is read after the lock was taken: `OFFSET` keeps the two apart. */
const TAKE = {
  name: 'take-turn',
  text: `SELECT clock_timestamp() AS since
           FROM (SELECT pg_advisory_xact_lock(${LOCK}) OFFSET 0) turn`,
};

const WAIT = { name: 'wait-for-turn', text: `SELECT pg_advisory_xact_lock_shared(${LOCK})` };

/**
 * Takes an advisory lock until the transaction ends. Waits while another transaction holds it.
 * @param about names the lock, such as `['deployments', environment, project]`
 * @returns when the turn began, by the clock of the database
 */
export async function takeTurn(
  context: TransactionContext,
  about: readonly unknown[],
): Promise<Date> {
  const [turn] = await query<{ since: Date }>(context, TAKE, [JSON.stringify(about)]);
  if (!turn) throw new Error('the turn was not taken');
  return turn.since;
}

/**
 * Keeps others from taking the turn until the transaction ends. Several transactions can do so at the same time. Waits
 * while another transaction has the turn.
 */
export async function shareTurn(
  context: TransactionContext,
  about: readonly unknown[],
): Promise<void> {
  await query(context, WAIT, [JSON.stringify(about)]);
}

/** Waits until the transaction that has the turn has ended, and does not take it. */
export async function waitForTurn(context: Place, about: readonly unknown[]): Promise<void> {
  await query(context, WAIT, [JSON.stringify(about)]);
}

/**
 * SQL: whether no transaction has the turn, or waits for it. The lock is given back at once, so that a long transaction
 * does not hold it.
 * @param about SQL of the text that `JSON.stringify` makes of the name
 */
export const isFree = (about: string) => {
  const lock = `hashtextextended(${about}, 0)`;
  return `CASE WHEN pg_try_advisory_lock_shared(${lock}) THEN pg_advisory_unlock_shared(${lock}) ELSE false END`;
};
