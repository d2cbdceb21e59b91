import { createServer } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { prepareSchema } from '../../src/database/migrate.js';
import { clockSkewOf } from '../../src/database/probe.js';
import { execute } from '../setup/databases.js';
import { buildTestApp, useApp } from '../support/app.js';
import { setClock } from '../support/clock.js';
import {
  createEmptyDatabase,
  holdTransaction,
  serverDatabaseUrl,
  sql,
} from '../support/database.js';
import { freezable } from '../support/freezable.js';
import { expectProblem } from '../support/requests.js';

const context = useApp();

describe('GET /health', () => {
  it('answers exactly {"status":"ok"}, also without a database', async () => {
    const app = await buildTestApp('postgresql://nobody@127.0.0.1:1/none');
    const response = await app.inject('/health');
    expect(response.statusCode).toBe(200);
    expect(response.body).toBe('{"status":"ok"}');
    await app.close();
  });
});

describe('GET /health/ready', () => {
  afterEach(() =>
    sql('UPDATE _prisma_migrations SET finished_at = now() WHERE finished_at IS NULL'),
  );

  it('200: the database answers and its schema is current', async () => {
    const response = await context.app.inject('/health/ready');
    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual({ status: 'ready' });
    expect((await context.app.inject('/metrics')).body).toMatch(/^srp_database_ready 1$/m);
  });

  describe('200 with a warning: the clock of the server', () => {
    it.each([
      ['5184000 seconds ahead of', 60],
      ['259200 seconds behind', -3],
    ])('is %s that of the database', async (amount, days) => {
      setClock(Date.now() + days * 86_400_000);
      const comparison = `The clock of this server is ${amount} that of the database`;
      const warning = `${comparison}. Synchronise the clocks of both machines`;
      // A probe that began before is shared.
      await expect
        .poll(async () => (await context.app.inject('/health/ready')).json())
        .toEqual({ status: 'ready', warnings: [warning] });
      const { body } = await context.app.inject('/metrics');
      const [, skew] = /^srp_clock_skew_seconds (.+)$/m.exec(body) ?? [];
      expect(Math.abs(Number(skew) + days * 86_400)).toBeLessThan(3600);
    });

    it.each([
      ['the answer took no time', 107, 100_000, 100_000, 7],
      ['half of the time that the answer took is not certain', 107, 98_000, 102_000, 5],
      ['the answer took longer than the difference', 101, 90_000, 110_000, 0],
      ['the database is behind', 93, 98_000, 102_000, -5],
    ])('is compared so that %s', (_case, at, sentMs, receivedMs, skew) => {
      expect(clockSkewOf(at, sentMs, receivedMs)).toBeCloseTo(skew);
    });
  });

  it('503: a migration began and did not finish', async () => {
    await sql(
      `UPDATE _prisma_migrations SET finished_at = NULL WHERE migration_name LIKE '%details'`,
    );
    const problem = expectProblem(
      await context.app.inject('/health/ready'),
      503,
      'schema-outdated',
    );
    expect(problem.detail).toContain('project_details');
  });

  it('503: the database is empty', async () => {
    const { url, drop } = await createEmptyDatabase();
    const app = await buildTestApp(url);
    expectProblem(await app.inject('/health/ready'), 503, 'schema-outdated');
    await prepareSchema(url, { apply: true, connectTimeoutMs: 5000 });
    expect((await app.inject('/health/ready')).statusCode).toBe(200);
    await app.close();
    await drop();
  });

  it('503: the database does not listen, and the answer does not show its address', async () => {
    const app = await buildTestApp('postgresql://someone:secret@127.0.0.1:1/none');
    for (const url of ['/health/ready', '/projects', '/projects/1']) {
      const response = await app.inject(url);
      expectProblem(response, 503, 'database-unavailable');
      expect(response.headers['retry-after']).toBe('5');
      expect(response.body).not.toMatch(/secret|someone|127\.0\.0\.1|ECONN/);
    }
    const create = await app.inject({ method: 'POST', url: '/projects', payload: { name: 'A' } });
    expectProblem(create, 503, 'database-unavailable');
    expect((await app.inject('/metrics')).body).toMatch(/^srp_database_ready 0$/m);
    await app.close();
  });

  it('503: the connection to the database is reset', async () => {
    const resetting = createServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    await new Promise<void>((done) => resetting.listen(0, '127.0.0.1', done));
    const { port } = resetting.address() as { port: number };
    const app = await buildTestApp(`postgresql://someone:secret@127.0.0.1:${port}/none`);
    for (const url of ['/health/ready', '/projects', '/projects/1']) {
      expectProblem(await app.inject(url), 503, 'database-unavailable');
    }
    await app.close();
    resetting.close();
  });

  describe('503: PostgreSQL hangs, and the answer does not wait until it goes on', () => {
    const probe = { probeMs: 300 };
    /** A busy machine may need longer than the limit. */
    const untilReady = (app: FastifyInstance) =>
      expect.poll(async () => (await app.inject('/health/ready')).statusCode).toBe(200);
    // Without limits of its own the probe would wait for an hour, which no test does.
    const hour = '3600000';
    const limits = {
      DATABASE_CONNECT_TIMEOUT_MS: hour,
      DATABASE_STATEMENT_TIMEOUT_MS: hour,
      DATABASE_LOCK_TIMEOUT_MS: hour,
    };

    it('in the middle of its work, and while it opens a connection', async () => {
      const database = await freezable(serverDatabaseUrl());
      const app = await buildTestApp(database.url, limits, true, probe);
      await untilReady(app);
      database.freeze();
      for (const _ of ['on the connection that is open', 'on one that does not open']) {
        const [first, second] = await Promise.all([
          app.inject('/health/ready'),
          app.inject('/health/ready'),
        ]);
        expectProblem(first, 503, 'database-unavailable');
        expectProblem(second, 503, 'database-unavailable');
      }
      expect((await app.inject('/health')).statusCode).toBe(200);
      database.thaw();
      await untilReady(app);
      await app.close();
      await database.close();
    });

    it('while another transaction holds the table', async () => {
      const app = await buildTestApp(serverDatabaseUrl(), limits, true, probe);
      const release = await holdTransaction('LOCK TABLE _prisma_migrations');
      expectProblem(await app.inject('/health/ready'), 503, 'database-unavailable');
      await release();
      await untilReady(app);
      await app.close();
    });
  });

  it('recovers when connections were cut', async () => {
    const { url, drop } = await createEmptyDatabase();
    await prepareSchema(url, { apply: true, connectTimeoutMs: 5000 });
    const app = await buildTestApp(url);
    expect((await app.inject('/health/ready')).statusCode).toBe(200);
    await execute(
      url,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    await expect.poll(async () => (await app.inject('/health/ready')).statusCode).toBe(200);
    await app.close();
    await drop();
  });
});
