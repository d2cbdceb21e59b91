import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { expect, inject, onTestFinished } from 'vitest';
import {
  assertTestDatabase,
  execute,
  restoreRows,
  withDatabase,
  withRole,
} from '../setup/databases.js';

let claimed: string | undefined;

/**
 * Claims a clone of the migrated template with a lock that ends with this process. Vitest's worker number is not
 * unique: when one project follows another, two workers may have the same number.
 */
export async function claimDatabase(): Promise<void> {
  if (claimed) return;
  const lease = new pg.Client({ connectionString: inject('serverUrl') });
  lease.on('error', () => {}); // the server stops before the workers
  await lease.connect();
  for (;;) {
    for (const name of inject('clones')) {
      const text = 'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS free';
      const { rows } = await lease.query<{ free: boolean }>(text, [name]);
      if (!rows[0]?.free) continue;
      claimed = name;
      return;
    }
    await sleep(50); // a finished worker needs a moment to exit
  }
}

/** This worker's clone of the migrated template, as its owner. */
export function testDatabaseUrl(): string {
  if (!claimed)
    throw new Error('no database was claimed. Does the project use test/setup/worker.ts?');
  const url = withDatabase(inject('serverUrl'), claimed);
  assertTestDatabase(url);
  return url;
}

/** The same database as the server uses it, with the rights of its role. */
export const serverDatabaseUrl = () => withRole(testDatabaseUrl(), inject('serverRole'));

let pool: pg.Pool | undefined;

/** Runs SQL without the application, for rows that a test reads or writes directly. */
export function sql<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) {
  pool ??= new pg.Pool({ connectionString: testDatabaseUrl(), max: 2 });
  return pool.query<Row>(text, values).then(({ rows }) => rows);
}

export async function closeSql(): Promise<void> {
  await pool?.end();
  pool = undefined;
}

/**
 * Runs statements in a transaction.
 * @returns a function that rolls it back, as the end of the test does, or commits it
 */
export async function holdTransaction(
  text: string,
): Promise<(end?: 'COMMIT' | 'ROLLBACK') => Promise<void>> {
  const client = new pg.Client({ connectionString: testDatabaseUrl() });
  await client.connect();
  let ended: Promise<void> | undefined;
  const release = (end = 'ROLLBACK') => {
    ended ??= client.query(end).then(() => client.end());
    return ended;
  };
  onTestFinished(() => release());
  await client.query(`BEGIN; ${text}`);
  return release;
}

/** Waits until `count` statements in this worker's database wait for a lock. */
export async function untilWaiting(count: number): Promise<void> {
  const waiting = () =>
    sql<{ n: number }>(
      `SELECT count(*)::int AS n FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
  await expect.poll(async () => (await waiting())[0]?.n, { interval: 20 }).toBe(count);
}

/** Creates an empty database for one test. Drop it with the returned function. */
export async function createEmptyDatabase(options = "ENCODING 'UTF8'") {
  const name = `${inject('runPrefix')}_${randomBytes(4).toString('hex')}`;
  const server = inject('serverUrl');
  await execute(server, `CREATE DATABASE ${name} TEMPLATE template0 ${options}`);
  const drop = () => execute(server, `DROP DATABASE ${name} WITH (FORCE)`);
  return { url: withDatabase(server, name), drop };
}

/**
 * Empties every table except Prisma's record of migrations, restores the rows that migrations insert, and resets
 * sequences. It skips empty tables, because TRUNCATE of many tables takes longer than most tests.
 */
const EMPTY = `
  DO $$
  DECLARE
    t REGCLASS;
    used BOOLEAN;
  BEGIN
    -- One after another: concurrent tests of a file begin together, and their deletions would deadlock.
    PERFORM pg_advisory_xact_lock(hashtextextended('empty the database', 0));
    SET LOCAL session_replication_role = replica;
    FOR t IN SELECT format('%I.%I', schemaname, tablename)::regclass FROM pg_tables
              WHERE schemaname = 'public' AND tablename <> '_prisma_migrations'
    LOOP
      EXECUTE format('SELECT EXISTS (SELECT 1 FROM %s)', t) INTO used;
      IF used THEN
        EXECUTE format('DELETE FROM %s', t);
      END IF;
    END LOOP;
  END $$;
  ${restoreRows('defaults')}`;

export async function truncateAll(): Promise<void> {
  assertTestDatabase(testDatabaseUrl());
  await sql(EMPTY);
}
