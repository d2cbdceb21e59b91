import { query, type TransactionContext } from './context.js';

const TAKE = {
  name: 'take-turn',
  text: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))',
};

/**
 * Waits until no other transaction has this turn, and keeps it until the transaction ends.
 * @param about names the turn, such as `['deployments', environment, project]`
 */
export async function takeTurn(context: TransactionContext, about: readonly unknown[]) {
  await query(context, TAKE, [JSON.stringify(about)]);
}
