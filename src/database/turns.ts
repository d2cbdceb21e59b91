import { query, type TransactionContext } from './context.js';

const TAKE = {
  name: 'take-turn',
  text: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))',
};

/**
 * Takes an advisory lock until the transaction ends. Waits while another transaction holds it.
 * @param about names the lock, such as `['deployments', environment, project]`
 */
export async function takeTurn(context: TransactionContext, about: readonly unknown[]) {
  await query(context, TAKE, [JSON.stringify(about)]);
}
