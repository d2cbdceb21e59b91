import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEmptyDatabase } from '../support/database.js';
import { runProgram, startServer, stop } from '../support/process.js';

/** The server on a PostgreSQL of the user's, as a real process. */
let database: Awaited<ReturnType<typeof createEmptyDatabase>>;
beforeEach(async () => {
  database = await createEmptyDatabase();
});
afterEach(() => database.drop());

async function failure(env: Record<string, string>) {
  const program = runProgram('src/server.ts', { PORT: '0', ...env });
  expect(await program.exit).toBe(1);
  return program.output().trim();
}

describe('with DATABASE_URL', () => {
  it('migrates, serves and stops cleanly; nothing is embedded', async () => {
    const server = await startServer({ DATABASE_URL: database.url, LOG_LEVEL: 'info' });
    expect(server.output()).not.toContain('embedded');
    expect(server.output()).not.toContain(new URL(database.url).password);
    expect(await (await fetch(`${server.url}/health/ready`)).json()).toEqual({ status: 'ready' });
    const version = await (await fetch(`${server.url}/version`)).text();
    expect(JSON.parse(version).commit).toMatch(/^([0-9a-f]{40}|unknown)$/);
    const created = await fetch(`${server.url}/projects/`, {
      method: 'POST',
      body: JSON.stringify({ name: 'Mon Projet', status: 'active' }),
      headers: { 'content-type': 'application/json' },
    });
    expect(created.status).toBe(201);
    expect(await stop(server)).toBe(0);
  });

  it('lets many instances start at once on an empty database', async () => {
    const servers = await Promise.all(
      [1, 2, 3].map(() => startServer({ DATABASE_URL: database.url })),
    );
    for (const { url } of servers) expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    expect(await Promise.all(servers.map((server) => stop(server)))).toEqual([0, 0, 0]);
  });

  it('does not start behind the schema when it may not migrate', async () => {
    const env = { DATABASE_URL: database.url, MIGRATE_ON_START: 'false' };
    expect(await failure(env)).toMatch(
      /^cannot start: the database is behind this server: .*_projects/,
    );
    const migrate = runProgram('src/migrate.ts', { DATABASE_URL: database.url });
    expect(await migrate.exit).toBe(0);
    expect(migrate.output()).toMatch(/^applied 2\d+_projects, 2\d+_project_details\n$/);
    const server = await startServer(env);
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
    await stop(server);
    const again = runProgram('src/migrate.ts', { DATABASE_URL: database.url });
    await again.exit;
    expect(again.output()).toBe('the schema is current\n');
  });

  it.each([
    [
      'nobody listens',
      { DATABASE_URL: 'postgresql://u:hunter2@127.0.0.1:1/db' },
      /cannot reach postgresql:\/\/u:\*\*\*@127\.0\.0\.1:1\/db \(ECONNREFUSED\)/,
    ],
    ['a bad port', { PORT: 'http' }, /PORT must be an integer from 0 to 65535, but is "http"/],
    ['a bad log level', { LOG_LEVEL: 'loud' }, /LOG_LEVEL must be one of fatal/],
  ])('says in one line that it cannot start: %s', async (_case, env, message) => {
    const output = await failure({ DATABASE_URL: database.url, ...env });
    expect(output.split('\n')).toHaveLength(1);
    expect(output).toMatch(message);
    expect(output).not.toContain('hunter2');
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
  ])('says what PostgreSQL says: %s', async (_case, change, message) => {
    const output = await failure({ DATABASE_URL: change(new URL(database.url)).href });
    expect(output.split('\n')).toHaveLength(1);
    expect(output).toMatch(message);
    expect(output).not.toContain('hunter2');
  });
});
