import type pg from 'pg';
import { isReadOnly } from './errors.js';
import type { SessionPool } from './pool.js';
import { POOL_IN_USE } from './reasons.js';

/**
 * Runs work on a connection of the pool that may write. The time limit covers the wait for the connection and the work.
 * A connection that arrives too late is released unused. If the work fails or is not done in time, its connection is
 * closed.
 */
export async function withinTime<Result>(
  pool: SessionPool,
  limitMs: number,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  let client: pg.PoolClient | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const isInUse = client === undefined && pool.isInUse;
      const reason = isInUse ? POOL_IN_USE : 'timeout expired: no answer of the database';
      reject(new Error(`${reason} within ${limitMs} ms`));
    }, limitMs);
  });
  const arriving = pool.writer();
  let failure: Error | undefined;
  try {
    client = await Promise.race([arriving, limit]);
    return await Promise.race([work(client), limit]);
  } catch (error) {
    failure = error as Error;
    if (client && isReadOnly(error)) pool.refuses(client);
    throw error;
  } finally {
    clearTimeout(timer);
    if (client) client.release(failure);
    else arriving.then((late) => late.release()).catch(() => {});
  }
}
