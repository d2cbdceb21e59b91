import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepareSchema } from '../../src/database/migrate.js';
import { execute } from '../setup/databases.js';
import { createEmptyDatabase } from '../support/database.js';
import { startLogged } from '../support/logged.js';
import { expectProblem } from '../support/requests.js';

/** A database that its operator sets to read-only, as some services do when its disk is nearly full. */

const WRITABLE = 'SET default_transaction_read_only = off';
const LIMITS = { DATABASE_POOL_MAX: '4', DATABASE_CONNECT_TIMEOUT_MS: '110000' };
const POST = { method: 'POST', url: '/projects', payload: { name: 'Mon Projet' } } as const;

let database: Awaited<ReturnType<typeof createEmptyDatabase>>;
beforeEach(async () => {
  database = await createEmptyDatabase();
  await prepareSchema(database.url, { apply: true, connectTimeoutMs: 60_000 });
});
afterEach(() => database.drop());

/** Applies to new sessions. Those that are open keep what they had. */
const set = (readOnly: 'on' | 'off') =>
  execute(
    database.url,
    WRITABLE,
    `ALTER DATABASE ${new URL(database.url).pathname.slice(1)}
       SET default_transaction_read_only = ${readOnly}`,
  );

const endSessions = () =>
  execute(
    database.url,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  );

const count = async () => {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query('SELECT count(*)::int AS n FROM projects');
  await client.end();
  return rows[0].n;
};

describe('a database that was set to read-only', () => {
  it('gets no write, 503 says why, and writes go on when it takes them again', async () => {
    const { app, lines } = await startLogged({ ...LIMITS, PORT: '0' }, [], database.url);
    expect((await app.inject(POST)).statusCode).toBe(201);
    await set('on');
    await endSessions();
    const create = () => app.inject(POST);
    await expect.poll(async () => (await create()).statusCode).toBe(503);

    expectProblem(await create(), 503, 'database-unavailable');
    expect(await count()).toBe(1);
    const ready = expectProblem(await app.inject('/health/ready'), 503, 'database-unavailable');
    expect(ready.detail).toMatch(/^The database takes no writes: it is a standby or read-only\./);
    const causes = lines.map(({ cause }) => cause);
    expect(causes).toContain(
      '25006 default_transaction_read_only is on for the server, the database or the role',
    );
    // Reads go on, on sessions that were opened while the database took no writes.
    const reads = await Promise.all([1, 2, 3, 4].map(() => app.inject('/projects')));
    expect(reads.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200]);

    await set('off');
    // At most one answer is 503: then none of those sessions is used for a write.
    const after = [await create(), await create(), await create()];
    expect(after.map(({ statusCode }) => statusCode).slice(1)).toEqual([201, 201]);
    expect((await app.inject('/health/ready')).statusCode).toBe(200);
    await app.close();
  });
});
