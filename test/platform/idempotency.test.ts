import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/config.js';
import { openDatabase } from '../../src/database/client.js';
import { removeOldKeys } from '../../src/platform/idempotency.js';
import { buildTestApp, useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { holdTransaction, serverDatabaseUrl, sql, untilWaiting } from '../support/database.js';
import { expectProblem } from '../support/requests.js';

/** No lock is waited for in vain here; milliseconds. */
const context = useApp({
  DATABASE_LOCK_TIMEOUT_MS: '600000',
  DATABASE_STATEMENT_TIMEOUT_MS: '600000',
});
/** Another instance on the same database. */
let other: FastifyInstance;
beforeAll(async () => {
  other = await buildTestApp(serverDatabaseUrl(), { DATABASE_LOCK_TIMEOUT_MS: '300' });
});
afterAll(() => other.close());

const post = (key: string, payload: object = { name: 'A' }, app = context.app, headers = {}) =>
  app.inject({
    method: 'POST',
    url: '/projects',
    headers: { ...headers, 'idempotency-key': key },
    payload,
  });
const count = async () => (await sql('SELECT 1 FROM projects')).length;

describe('the same request again', () => {
  it('gets the first answer with identical bytes on every instance', async () => {
    const first = await post('one');
    expect(first.statusCode).toBe(201);
    expect(first.headers).not.toHaveProperty('idempotency-replayed');
    for (const app of [context.app, other]) {
      const again = await post('one', { name: 'A' }, app);
      expect(again.statusCode).toBe(201);
      expect(again.body).toBe(first.body);
      expect(again.headers['idempotency-replayed']).toBe('true');
      for (const name of ['location', 'etag', 'content-type', 'content-length']) {
        expect(again.headers[name], name).toBe(first.headers[name]);
      }
    }
    expect(await count()).toBe(1);
  });

  it('gets the first answer even if the project has changed or was deleted', async () => {
    const first = await post('one');
    await context.app.inject({ method: 'DELETE', url: '/projects/1' });
    expect((await post('one')).body).toBe(first.body);
    expect(await count()).toBe(0);
  });

  it('gets the same answer as a request without a key', async () => {
    const plain = await context.app.inject({
      method: 'POST',
      url: '/projects',
      payload: { name: 'A' },
    });
    const keyed = await post('one');
    expect(Object.keys(keyed.json())).toEqual(Object.keys(plain.json()));
    expect(keyed.headers['content-type']).toBe(plain.headers['content-type']);
  });

  it('creates again after 24 hours', async () => {
    const first = await post('one');
    await sql(`UPDATE idempotency_keys SET created_at = now() - interval '23 hours 59 minutes'`);
    expect((await post('one')).body).toBe(first.body);
    await sql(`UPDATE idempotency_keys SET created_at = now() - interval '24 hours 1 minute'`);
    const second = await post('one', { name: 'B' });
    expect(second.json()).toMatchObject({ id: 2, name: 'B' });
    expect((await post('one', { name: 'B' })).body).toBe(second.body);
  });
});

describe('many at once', () => {
  it('create one project on any number of instances', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => post('one', { name: 'A' }, i % 2 ? other : context.app)),
    );
    for (const answer of answers) expect([201, 409], answer.body).toContain(answer.statusCode);
    const bodies = answers.filter(({ statusCode }) => statusCode === 201).map(({ body }) => body);
    expect(bodies.length).toBeGreaterThan(0);
    expect(new Set(bodies).size).toBe(1);
    expect(await count()).toBe(1);
  });

  it('409: a second request stops waiting for the first', async () => {
    // The first, stopped in the middle: its transaction holds the key.
    const release = await holdTransaction('LOCK TABLE projects');
    const first = post('one');
    await untilWaiting(1);
    const twin = await post('one', { name: 'A' }, other);
    expectProblem(twin, 409, 'idempotency-key-in-use');
    expect(twin.headers['retry-after']).toBe('1');
    await release();
    expect((await first).statusCode).toBe(201);
    expect((await post('one', { name: 'A' }, other)).body).toBe((await first).body);
    expect(await count()).toBe(1);
  });
});

describe('another request with the same key', () => {
  it.each([{ name: 'B' }, { name: 'A', status: 'done' }])('422: %j', async (body) => {
    await post('one');
    expectProblem(await post('one', body), 422, 'idempotency-key-reused');
    expect(await count()).toBe(1);
  });

  it('is a different key for another caller', async () => {
    const app = await buildTestApp(serverDatabaseUrl(), { AUTH_MODE: 'token' });
    const [alice, bob] = [await giveToken(), await giveToken({ subject: 'bob' })];
    const first = await post('one', { name: 'A' }, app, alice.headers);
    const second = await post('one', { name: 'B' }, app, bob.headers);
    expect([first.json().createdBy, second.json().createdBy]).toEqual(['alice', 'bob']);
    // The same subject with another token, which may be bound to other projects.
    const rotated = await giveToken();
    expect((await post('one', { name: 'A' }, app, rotated.headers)).json().id).toBe(3);
    await app.close();
  });
});

describe('old keys', () => {
  it('are deleted after a day, and no others', async () => {
    await sql(`INSERT INTO idempotency_keys (caller, key, fingerprint, created_at)
      SELECT 'a', 'key ' || n, '', now() - n * interval '1 hour' FROM generate_series(1, 40) n`);
    const database = openDatabase(serverDatabaseUrl(), loadConfig({}));
    await removeOldKeys(database, 4);
    await database.close();
    const left = await sql<{ key: string }>('SELECT key FROM idempotency_keys');
    expect(left.map(({ key }) => Number(key.slice(4))).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 24 }, (_, i) => i + 1),
    );
  });
});

describe('a key', () => {
  it('belongs to one operation', async () => {
    const payload = {
      name: 'A',
      issuer: 'https://ci.example.org',
      audience: 'srp',
      conditions: { sub: 'a' },
      scopes: ['projects:read'],
    };
    const headers = { 'idempotency-key': 'one' };
    const first = await context.app.inject({ method: 'POST', url: '/issuers', headers, payload });
    expect(first.statusCode).toBe(201);
    expectProblem(await post('one'), 422, 'idempotency-key-reused');
    const slash = { method: 'POST', url: '/issuers/', headers, payload } as const;
    expect((await context.app.inject(slash)).body).toBe(first.body);
  });

  it('does not make other requests wait for a connection', async () => {
    const release = await holdTransaction('LOCK TABLE projects IN SHARE MODE'); // which may be read
    const twins = Array.from({ length: 12 }, () => post('one')); // three times the pool
    await untilWaiting(1);
    expect((await context.app.inject('/projects')).statusCode).toBe(200);
    await release();
    const answers = await Promise.all(twins);
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
  });
});

describe('a request that fails', () => {
  it('stores no key, so a corrected request can use it', async () => {
    expectProblem(await post('one', { name: '' }), 400, 'validation-failed');
    await sql(`CREATE FUNCTION break() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken'; END $$;
      CREATE TRIGGER break BEFORE INSERT ON projects FOR EACH ROW EXECUTE FUNCTION break()`);
    try {
      expectProblem(await post('one'), 500, 'internal-error');
    } finally {
      await sql('DROP TRIGGER break ON projects; DROP FUNCTION break()');
    }
    expect(await sql('SELECT 1 FROM idempotency_keys')).toHaveLength(0);
    const answer = await post('one');
    expect(answer.statusCode).toBe(201);
    expect(answer.headers).not.toHaveProperty('idempotency-replayed');
  });

  it.each(['', ' ', 'a b', 'ü', 'x'.repeat(256)])('400: the key %j', async (key) => {
    const problem = expectProblem(await post(key), 400, 'validation-failed');
    expect(problem.errors).toEqual([
      {
        in: 'headers',
        pointer: '/idempotency-key',
        message: expect.stringMatching(/^must be 1 to 255/),
      },
    ]);
    expect(await count()).toBe(0);
  });
});

describe('QUOTA_KEPT_ANSWER_BYTES', () => {
  it('refuses a creation whose answer is larger, and creates nothing', async () => {
    const size = Buffer.byteLength((await post('measured')).body);
    const fits = await buildTestApp(serverDatabaseUrl(), { QUOTA_KEPT_ANSWER_BYTES: String(size) });
    const not = await buildTestApp(serverDatabaseUrl(), {
      QUOTA_KEPT_ANSWER_BYTES: String(size - 1),
    });
    const before = await count();
    expect(before).toBe(1);
    const problem = expectProblem(await post('k', { name: 'B' }, not), 422, 'quota-exceeded');
    expect(problem).toMatchObject({
      ...{ quota: 'QUOTA_KEPT_ANSWER_BYTES', maximum: size - 1, wanted: size },
      detail: expect.stringContaining('Send the request without Idempotency-Key'),
    });
    expect(await count()).toBe(before);
    const without = { method: 'POST', url: '/projects', payload: { name: 'B' } } as const;
    expect((await not.inject(without)).statusCode).toBe(201);
    // The key was not used up.
    expect((await post('k', { name: 'B' }, fits)).statusCode).toBe(201);
    await Promise.all([fits.close(), not.close()]);
  });
});
