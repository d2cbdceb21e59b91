import { describe, expect, it } from 'vitest';
import { buildTestApp, useApp } from '../support/app.js';
import { holdTransaction, sql, testDatabaseUrl, untilWaiting } from '../support/database.js';
import { expectProblem } from '../support/requests.js';

/** A database that is there, but keeps requests waiting: they get an answer while it does. */

/** In milliseconds: no test waits for it. */
const HOUR = '3600000';

const payload = { name: 'Mon Projet' };
const REQUESTS = [
  { method: 'GET', url: '/projects' },
  { method: 'GET', url: '/projects/1' },
  { method: 'POST', url: '/projects', payload },
  { method: 'POST', url: '/projects', payload, headers: { 'idempotency-key': 'key' } },
  { method: 'PATCH', url: '/projects/1', payload },
  { method: 'DELETE', url: '/projects/1' },
] as const;

async function expectUnavailable(
  app: Awaited<ReturnType<typeof buildTestApp>>,
  request: (typeof REQUESTS)[number],
) {
  const response = await app.inject(request);
  expectProblem(response, 503, 'database-unavailable');
  expect(response.headers['retry-after']).toBe('5');
}

const insert = () => sql("INSERT INTO projects (name, status) VALUES ('A', 'active')");

describe('a lock that another transaction holds', () => {
  describe.each([
    ['DATABASE_LOCK_TIMEOUT_MS', '300', HOUR],
    ['DATABASE_STATEMENT_TIMEOUT_MS', HOUR, '1000'],
  ])('ends with %s', (_name, lock, statement) => {
    const context = useApp({
      DATABASE_POOL_MAX: '10',
      DATABASE_LOCK_TIMEOUT_MS: lock,
      DATABASE_STATEMENT_TIMEOUT_MS: statement,
    });

    it('answers 503 to every request that needs the database, and stores nothing of it', async () => {
      await insert();
      const release = await holdTransaction('LOCK TABLE projects');
      await Promise.all(REQUESTS.map((request) => expectUnavailable(context.app, request)));
      await release();
      expect(await sql('SELECT name FROM projects')).toEqual([{ name: 'A' }]);
      const statuses = [];
      for (const request of REQUESTS) {
        const response = await context.app.inject(request);
        expect(response.headers['idempotency-replayed']).toBeUndefined();
        statuses.push(response.statusCode);
      }
      expect(statuses).toEqual([200, 200, 201, 201, 200, 204]);
    });
  });
});

describe('a pool without a free connection', () => {
  const context = useApp({
    DATABASE_POOL_MAX: '1',
    DATABASE_CONNECT_TIMEOUT_MS: '300',
    DATABASE_LOCK_TIMEOUT_MS: HOUR,
    DATABASE_STATEMENT_TIMEOUT_MS: HOUR,
  });

  it('answers 503 after DATABASE_CONNECT_TIMEOUT_MS, and serves the request that has the connection', async () => {
    await insert();
    // Opens the connection, which could take longer than the limit.
    await expect.poll(async () => (await context.app.inject('/projects')).statusCode).toBe(200);
    const release = await holdTransaction('LOCK TABLE projects');
    const running = context.app.inject(REQUESTS[2]);
    await untilWaiting(1);
    await Promise.all(
      [...REQUESTS, { method: 'GET', url: '/health/ready' } as const].map((request) =>
        expectUnavailable(context.app, request as (typeof REQUESTS)[number]),
      ),
    );
    expect((await context.app.inject('/health')).statusCode).toBe(200);
    await release();
    expect((await running).statusCode).toBe(201);
    expect((await context.app.inject('/projects')).json()).toHaveLength(2);
  });
});

describe('a PostgreSQL without room', () => {
  it.each(['disk_full', 'out_of_memory'])('503 for %s, and reads go on', async (condition) => {
    await sql(`CREATE FUNCTION without_room() RETURNS trigger LANGUAGE plpgsql
                 AS $$ BEGIN RAISE ${condition}; END $$`);
    await sql(`CREATE TRIGGER without_room BEFORE INSERT ON projects
                 FOR EACH ROW EXECUTE FUNCTION without_room()`);
    const app = await buildTestApp();
    try {
      const create = await app.inject(REQUESTS[2]);
      expectProblem(create, 503, 'database-unavailable');
      expect(create.headers['retry-after']).toBe('5');
      expect((await app.inject('/projects')).json()).toEqual([]);
    } finally {
      await app.close();
      await sql('DROP FUNCTION without_room() CASCADE');
    }
  });
});

describe('a PostgreSQL that refuses connections', () => {
  it('503', async () => {
    const role = `${new URL(testDatabaseUrl()).pathname.slice(1)}_limited`;
    await sql(`CREATE ROLE ${role} LOGIN PASSWORD 'secret' CONNECTION LIMIT 0`);
    const url = Object.assign(new URL(testDatabaseUrl()), { username: role, password: 'secret' });
    const app = await buildTestApp(url.href);
    try {
      for (const request of REQUESTS) await expectUnavailable(app, request);
    } finally {
      await app.close();
      await sql(`DROP ROLE ${role}`);
    }
  });
});
