import { createServer } from 'node:net';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { execute } from '../setup/databases.js';
import { createEmptyDatabase } from '../support/database.js';
import { freePort } from '../support/ports.js';
import { runProgram, startServer, stop } from '../support/process.js';

/** The server on a PostgreSQL of the user's, as a real process. */
let database: Awaited<ReturnType<typeof createEmptyDatabase>>;
beforeEach(async () => {
  database = await createEmptyDatabase();
});
afterEach(() => database.drop());

async function failure(env: Record<string, string>) {
  const program = runProgram('dist/server.js', { PORT: '0', ...env });
  expect(await program.exit).toBe(1);
  return program.output().trim();
}

describe('with DATABASE_URL', () => {
  it('migrates, serves and stops cleanly without an embedded database', async () => {
    const server = await startServer({ DATABASE_URL: database.url, LOG_LEVEL: 'info' });
    expect(server.output()).not.toContain('embedded');
    expect(server.output()).not.toContain(new URL(database.url).password);
    expect(await (await fetch(`${server.url}/health/ready`)).json()).toEqual({ status: 'ready' });
    const metrics = async () => (await fetch(`${server.url}/metrics`)).text();
    await expect
      .poll(metrics)
      .toContain('srp_job_runs_total{name="idempotency-keys",outcome="succeeded"} 1');
    const version = await (await fetch(`${server.url}/version`)).text();
    expect(JSON.parse(version).commit).toMatch(/^([0-9a-f]{40}(-dirty)?|unknown)$/);
    const created = await fetch(`${server.url}/projects/`, {
      method: 'POST',
      body: JSON.stringify({ name: 'Mon Projet', status: 'active' }),
      headers: { 'content-type': 'application/json' },
    });
    expect(created.status).toBe(201);
    expect(await stop(server)).toBe(0);
  });

  it('lets many instances start on an empty database at the same time', async () => {
    const servers = await Promise.all(
      [1, 2, 3].map(() => startServer({ DATABASE_URL: database.url })),
    );
    for (const { url } of servers) expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    expect(await Promise.all(servers.map((server) => stop(server)))).toEqual([0, 0, 0]);
  });

  it('applies a migration again if its process was killed', async () => {
    await execute(
      database.url,
      'CREATE TABLE projects (id SERIAL PRIMARY KEY, name VARCHAR NOT NULL, status VARCHAR NOT NULL)',
    );
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query('BEGIN; LOCK TABLE projects IN ACCESS SHARE MODE');
    const migrate = runProgram('dist/migrate.js', { DATABASE_URL: database.url });
    const watcher = new pg.Client({ connectionString: database.url });
    await watcher.connect();
    const waiting = async () => {
      const { rows } = await watcher.query<{ pid: number; migrates: boolean }>(
        `SELECT pid, query LIKE '%pg_trgm%' AS migrates FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return rows;
    };
    await expect.poll(waiting).toMatchObject([{ migrates: true }]);
    const [dead] = await waiting();
    expect(await stop(migrate, 'SIGKILL')).toBe('SIGKILL');
    const again = runProgram('dist/migrate.js', { DATABASE_URL: database.url });
    // The session of the dead one ends, and that of the new one waits for the table.
    await expect
      .poll(waiting)
      .toEqual([{ pid: expect.toSatisfy((pid) => pid !== dead?.pid), migrates: true }]);
    await client.query('COMMIT');
    await watcher.end();
    expect(await again.exit, again.output()).toBe(0);
    expect(again.output()).toMatch(/^applied 20261122000000_project_details, /);
    await client.end();
  });

  it('applies a failed migration again after it is corrected and marked as rolled back', async () => {
    await execute(database.url, 'CREATE TYPE projects AS ENUM ()');
    const first = runProgram('dist/migrate.js', { DATABASE_URL: database.url });
    expect(await first.exit).toBe(1);
    await execute(database.url, 'DROP TYPE projects');
    const refused = runProgram('dist/migrate.js', { DATABASE_URL: database.url });
    expect(await refused.exit).toBe(1);
    expect(refused.output()).toContain('-- --rolled-back 20240101000000_projects');
    const mended = runProgram(
      'dist/migrate.js',
      { DATABASE_URL: database.url },
      ...['--rolled-back', '20240101000000_projects'],
    );
    expect(await mended.exit, mended.output()).toBe(0);
    expect(mended.output()).toMatch(/^applied 20240101000000_projects, /);
  });

  it('does not start on an old schema with MIGRATE_ON_START=false', async () => {
    const env = { DATABASE_URL: database.url, MIGRATE_ON_START: 'false' };
    expect(await failure(env)).toMatch(
      /^cannot start: the database is behind this server: .*_projects/,
    );
    const migrate = runProgram('dist/migrate.js', { DATABASE_URL: database.url });
    expect(await migrate.exit).toBe(0);
    expect(migrate.output()).toMatch(/^applied 2\d+_projects(, 2\d+_\w+)+\n$/);
    const server = await startServer(env);
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
    await stop(server);
    const again = runProgram('dist/migrate.js', { DATABASE_URL: database.url });
    await again.exit;
    expect(again.output()).toBe('the schema is current\n');
  });

  it.each([
    [
      'nobody listens',
      { DATABASE_URL: 'postgresql://u:hunter2@127.0.0.1:1/db' },
      /cannot reach postgresql:\/\/u:\*\*\*@127\.0\.0\.1:1\/db \(ECONNREFUSED\)/,
    ],
    [
      'a password in the query',
      { DATABASE_URL: 'postgresql://127.0.0.1:1/db?user=u&password=hunter2' },
      /cannot reach postgresql:\/\/127\.0\.0\.1:1\/db \(ECONNREFUSED\)/,
    ],
    ['a bad port', { PORT: 'http' }, /PORT must be an integer from 0 to 65535, but is "http"/],
    ['a bad log level', { LOG_LEVEL: 'loud' }, /LOG_LEVEL must be one of fatal/],
  ])('explains in one line why it cannot start: %s', async (_case, env, message) => {
    const output = await failure({ DATABASE_URL: database.url, ...env });
    expect(output.split('\n')).toHaveLength(1);
    expect(output).toMatch(message);
    expect(output).not.toContain('hunter2');
  });

  it('explains in one line that the database does not answer', async () => {
    const port = await freePort();
    const silent = createServer().listen(port, '127.0.0.1');
    const url = `postgresql://u:hunter2@127.0.0.1:${port}/db`;
    expect(await failure({ DATABASE_URL: url, DATABASE_CONNECT_TIMEOUT_MS: '300' })).toBe(
      `cannot start: cannot reach postgresql://u:***@127.0.0.1:${port}/db (timeout expired)`,
    );
    silent.close();
  });

  it.each([
    [
      'no such database',
      (url: URL) => Object.assign(url, { pathname: '/missing' }),
      /database "missing" does not exist/,
    ],
    [
      'a wrong password',
      (url: URL) => Object.assign(url, { password: 'hunter2' }),
      /password authentication failed/,
    ],
  ])('quotes the reason of PostgreSQL: %s', async (_case, change, message) => {
    const output = await failure({ DATABASE_URL: change(new URL(database.url)).href });
    expect(output.split('\n')).toHaveLength(1);
    expect(output).toMatch(message);
    expect(output).not.toContain('hunter2');
  });
});
