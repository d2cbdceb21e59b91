import type pg from 'pg';

/**
 * Runs work on a connection of the pool. The time limit covers the wait for the connection and the work. A connection
 * that arrives too late is released unused. If the work is not done in time, its connection is closed.
 */
export async function withinTime<Result>(
  pool: pg.Pool,
  limitMs: number,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    const error = new Error(`timeout expired: no answer of the database within ${limitMs} ms`);
    timer = setTimeout(reject, limitMs, error);
  });
  const arriving = pool.connect();
  let client: pg.PoolClient | undefined;
  let failure: Error | undefined;
  try {
    client = await Promise.race([arriving, limit]);
    return await Promise.race([work(client), limit]);
  } catch (error) {
    failure = error as Error;
    throw error;
  } finally {
    clearTimeout(timer);
    if (client) client.release(failure);
    else arriving.then((late) => late.release()).catch(() => {});
  }
}
