import { query, type TransactionContext } from './context.js';

/** The time is read after the lock was taken: `OFFSET` keeps the two apart. */
const TAKE = {
  name: 'take-turn',
  text: `SELECT clock_timestamp() AS since
           FROM (SELECT pg_advisory_xact_lock(hashtextextended($1, 0)) OFFSET 0) turn`,
};

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
