import type pg from 'pg';

/** One round trip. The lock outlives any pause between statements, whatever the server's default is. */
const BEGIN = 'BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0';
const TRY_LOCK = `SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS locked`;

/**
 * Does the work while it holds the advisory lock of this name, or nothing while another session holds it.
 * The transaction only carries the lock, so PostgreSQL releases it at the end, and with the connection.
 * @param onLost called when the connection breaks: from then on another session may get the lock
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
