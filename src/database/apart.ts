import pg from 'pg';
import { type Read, run, type Statement } from './sql.js';

/** Settings of a connection. They contain the password. */
export type ConnectionSettings = pg.ClientConfig;

/** Reads on one snapshot, on a connection that is no part of the pool. */
export interface SnapshotApart {
  readonly read: Read;
  /** Yields the rows of a statement in batches, so that only one batch is in memory. */
  batches<Row extends object>(
    statement: Statement,
    values: unknown[],
    rows: number,
  ): AsyncGenerator<Row[]>;
}

/** query_canceled: what PostgreSQL answers when a statement takes too long. */
const outOfTime = () => Object.assign(new Error('no time is left'), { code: '57014' });

/**
 * Runs reads on one snapshot (REPEATABLE READ), on a connection of its own. PostgreSQL ends each statement after the
 * time that is left, so that no statement goes on without its reader.
 * @param leftMs the time that is left, in milliseconds
 * @throws {Error} with the code 57014 if no time is left
 */
export async function snapshotApart<Result>(
  settings: ConnectionSettings,
  leftMs: () => number,
  work: (snapshot: SnapshotApart) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({
    ...settings,
    // PostgreSQL ends statements in time. This one applies if it hangs or is unreachable.
    query_timeout: Math.max(1, Math.floor(leftMs())) + 1000,
    application_name: 'secure-release-platform',
  });
  client.on('error', () => {}); // the statement that waits fails, too
  await client.connect();
  const limit = async () => {
    const left = Math.floor(leftMs());
    if (left <= 0) throw outOfTime();
    await client.query(`SET LOCAL statement_timeout = ${left}`);
  };
  const read: Read = async (statement, values) => {
    await limit();
    return run(client, statement, values);
  };
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    // One processor of PostgreSQL's for each large question, so that others find one.
    await client.query('SET LOCAL max_parallel_workers_per_gather = 0');
    return await work({
      read,
      async *batches<Row extends object>({ text }: Statement, values: unknown[], rows: number) {
        await read({ text: `DECLARE batches NO SCROLL CURSOR FOR ${text}` }, values);
        for (;;) {
          const batch = await read<Row>({ text: `FETCH ${rows} FROM batches` }, []);
          if (batch.length > 0) yield batch;
          if (batch.length < rows) break;
        }
        await client.query('CLOSE batches');
      },
    });
  } finally {
    await client.end();
  }
}
