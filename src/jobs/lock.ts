import type pg from 'pg';

/** One round trip. The timeout is off, because the transaction is idle while the job runs. */
const BEGIN = 'BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0';
const TRY_LOCK = `SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS locked`;

/**
 * Runs the work while it holds the advisory lock of this name. Returns undefined if another session holds the lock.
 * PostgreSQL releases the lock at the end of the transaction or of the connection.
 * @param onLost called when the connection breaks, because another session may then get the lock
 */
export async function withLock<Result>(
  pool: pg.Pool,
  name: string,
  work: () => Promise<Result>,
  onLost: (error: Error) => void,
): Promise<Result | undefined> {
  const client = await pool.connect();
  client.on('error', onLost);
  let broken: Error | undefined;
  try {
    await client.query(BEGIN);
    const { rows } = await client.query<{ locked: boolean }>(TRY_LOCK, [name]);
    return rows[0]?.locked ? await work() : undefined;
  } finally {
    await client.query('ROLLBACK').catch((error: Error) => {
      broken = error;
    });
    client.off('error', onLost);
    client.release(broken);
  }
}
