import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startEmbedded } from '../../src/database/embedded/embedded.js';
import { prepareSchema } from '../../src/database/migrate.js';
import { execute, withRole } from '../setup/databases.js';
import { useEmbedded } from '../support/embedded.js';
import { runProgram, startServer, stop } from '../support/process.js';
import { createOwnedDatabase, withClient } from '../support/server-role.js';

/** The role of the server, with programs as real processes. */

const post = (url: string) =>
  fetch(`${url}/projects`, {
    method: 'POST',
    body: '{"name":"Mon Projet"}',
    headers: { 'content-type': 'application/json' },
  });

/**
 * Who is connected as the server. PostgreSQL 18 shows the name of a program before it has looked up the user, so a
 * session that is still starting has no user yet.
 */
const SESSIONS = `SELECT DISTINCT usename AS role FROM pg_stat_activity
                   WHERE application_name LIKE 'secure-release-platform%' AND state <> 'starting'`;

/** Starts a program that must fail, and returns what it says. */
async function failure(file: string, env: Record<string, string>) {
  const program = runProgram(file, { PORT: '0', ...env });
  expect(await program.exit).toBe(1);
  return program.output().trim();
}

const REWRITES = 'the database role of this server may rewrite the record';

describe('with the embedded PostgreSQL', () => {
  const embedded = useEmbedded();

  const password = () => readFile(embedded.passwordFile, 'utf8');

  const sessions = async () => {
    const client = await embedded.connect();
    const { rows } = await client.query(SESSIONS);
    await client.end();
    return rows;
  };

  it('a first start makes the role and its password, and later starts keep both', async () => {
    await embedded.erase();
    const first = await embedded.start({ LOG_LEVEL: 'info' });
    const made = await password();
    expect(made).toMatch(/^[\w-]{32}$/);
    expect((await stat(embedded.passwordFile)).mode & 0o777).toBe(0o600);
    expect((await post(first.url)).status).toBe(201);
    expect(await sessions()).toEqual([{ role: 'srp_server' }]);
    expect(first.output()).not.toContain(made);
    expect(first.output()).not.toContain(REWRITES);
    expect(first.output()).toMatch(/"role":"srp_server","msg":"granted the rights of the server"/);
    expect(await stop(first)).toBe(0);

    const second = await embedded.start();
    expect(await password()).toBe(made);
    expect(await (await fetch(`${second.url}/projects`)).json()).toHaveLength(1);
    expect(await readFile(join(embedded.folder, 'postgres.log'), 'utf8')).not.toContain(made);
  });

  it('a start moves an installation over that only has the owner', async () => {
    await embedded.erase();
    // As a version before this role did.
    const old = startEmbedded({ dir: embedded.folder, port: embedded.port });
    const ownerUrl = await old.ready;
    await prepareSchema(ownerUrl, { apply: true, connectTimeoutMs: 5000 });
    await execute(ownerUrl, `INSERT INTO projects (name, status) VALUES ('shop', 'active')`);
    await old.stop();

    const server = await embedded.start();
    expect(await (await fetch(`${server.url}/projects`)).json()).toMatchObject([{ name: 'shop' }]);
    expect((await post(server.url)).status).toBe(201);
    expect(await sessions()).toEqual([{ role: 'srp_server' }]);
    const asServer = withRole(ownerUrl, { name: 'srp_server', password: await password() });
    const disable = withClient(asServer, (client) =>
      client.query('ALTER TABLE verdicts DISABLE TRIGGER ALL'),
    );
    await expect(disable).rejects.toMatchObject({ code: '42501' });
  });

  it('npm run token uses the role, and makes it if it comes first', async () => {
    await embedded.erase();
    const create = ['create', '--name', 'first', '--subject', 'alice', '--scopes', 'all'];
    const token = runProgram('dist/token.js', embedded.env, ...create);
    expect(await token.exit, token.output()).toBe(0);
    const made = await password();
    const server = await embedded.start({ AUTH_MODE: 'token' });
    const headers = { authorization: `Bearer ${token.output().trim().split('\n').at(-1)}` };
    expect((await fetch(`${server.url}/projects`, { headers })).status).toBe(200);
    expect(await password()).toBe(made);
  });

  it('a start after the file was lost makes a new password, and sets it', async () => {
    const before = await password();
    await rm(embedded.passwordFile);
    const server = await embedded.start();
    expect((await post(server.url)).status).toBe(201);
    expect(await password()).not.toBe(before);
  });

  it('a start with a damaged file says which, and changes nothing', async () => {
    await writeFile(embedded.passwordFile, '');
    expect(await embedded.failure()).toBe(
      `cannot start: ${embedded.passwordFile} has no valid password. Delete the file: the next start makes a new one`,
    );
  });
});

describe('with DATABASE_URL', () => {
  let database: Awaited<ReturnType<typeof createOwnedDatabase>>;
  beforeEach(async () => {
    database = await createOwnedDatabase();
  });
  afterEach(() => database.drop());

  const urls = () => ({
    DATABASE_URL: database.access.url,
    MIGRATION_DATABASE_URL: database.ownerUrl,
  });

  it('and MIGRATION_DATABASE_URL, a start migrates as the owner and serves as the role', async () => {
    const env = { ...urls(), LOG_LEVEL: 'info' };
    const servers = await Promise.all([startServer(env), startServer(env)]);
    for (const { url } of servers) expect((await post(url)).status).toBe(201);
    const sessions = await withClient(database.ownerUrl, async (client) => {
      return (await client.query(`${SESSIONS} AND datname = current_database()`)).rows;
    });
    expect(sessions).toEqual([{ role: database.server.name }]);
    for (const server of servers) {
      expect(server.output()).not.toContain(REWRITES);
      expect(server.output()).not.toContain(database.server.password);
      expect(await stop(server)).toBe(0);
    }
  });

  it('alone, a start as the owner works as before, and says so once', async () => {
    const env = { DATABASE_URL: database.ownerUrl, LOG_LEVEL: 'info' };
    const server = await startServer(env);
    expect((await post(server.url)).status).toBe(201);
    const lines = server
      .output()
      .split('\n')
      .filter((line) => line.includes(REWRITES));
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: 40, setting: 'MIGRATION_DATABASE_URL' }),
    ]);
    await stop(server);
  });

  it('alone, a start as the role needs what npm run db:migrate has done', async () => {
    const { DATABASE_URL } = urls();
    const owner = { DATABASE_URL: database.ownerUrl };
    const migrated = runProgram('dist/migrate.js', owner);
    expect(await migrated.exit).toBe(0);
    // It exists, but has no rights.
    const { name, password } = database.server;
    await database.execute(`CREATE ROLE ${name} LOGIN PASSWORD '${password}'`);
    expect(await failure('dist/server.js', { DATABASE_URL })).toMatch(
      /^cannot start: the role \S+ lacks rights \(42501\): SELECT ON _prisma_migrations, .* more\. Run "npm run db:migrate"/,
    );
    const granted = runProgram('dist/migrate.js', urls());
    expect(await granted.exit, granted.output()).toBe(0);
    expect(granted.output()).toBe(
      `the schema is current\ngranted the rights of the server to the role ${name}\n`,
    );
    const server = await startServer({
      DATABASE_URL,
      MIGRATE_ON_START: 'false',
      LOG_LEVEL: 'info',
    });
    expect((await post(server.url)).status).toBe(201);
    expect(server.output()).not.toContain(REWRITES);
    await stop(server);
    await database.execute(`REVOKE INSERT ON events FROM ${name}`);
    expect(await failure('dist/server.js', { DATABASE_URL })).toBe(
      `cannot start: the role ${name} lacks rights (42501): INSERT ON events. Run "npm run db:migrate" with the ` +
        "owner's URL in MIGRATION_DATABASE_URL: it also grants",
    );
    await database.execute(`DROP OWNED BY ${name}`);
  });

  it('npm run token needs only the role', async () => {
    expect(await runProgram('dist/migrate.js', urls()).exit).toBe(0);
    const list = runProgram('dist/token.js', { DATABASE_URL: database.access.url }, 'list');
    expect(await list.exit, list.output()).toBe(0);
  });

  it.each([
    ['the same role twice', () => ({ ...urls(), DATABASE_URL: database.ownerUrl })],
    ['no role', () => ({ ...urls(), DATABASE_URL: 'postgresql://127.0.0.1:1/db' })],
  ])('a start is refused with %s', async (_what, env) => {
    expect(await failure('dist/server.js', env())).toBe(
      'cannot start: DATABASE_URL must name another role than MIGRATION_DATABASE_URL, such as ' +
        'postgresql://srp_server:password@…',
    );
  });

  it('names the URL that cannot be used, without its password', async () => {
    const closed = 'postgresql://owner:hunter2@127.0.0.1:1/db';
    expect(await failure('dist/server.js', { ...urls(), MIGRATION_DATABASE_URL: closed })).toBe(
      'cannot start: cannot reach postgresql://owner:***@127.0.0.1:1/db (ECONNREFUSED)',
    );
    const url = 'postgresql://server:hunter2@127.0.0.1:1/db';
    const output = await failure('dist/server.js', { ...urls(), DATABASE_URL: url });
    expect(output).toMatch(
      /^cannot start: cannot log in as the role server of DATABASE_URL: ECONNREFUSED/,
    );
    expect(output).not.toContain('hunter2');
    await withClient(database.ownerUrl, (client) =>
      client.query('DROP OWNED BY server; DROP ROLE server'),
    );
  });
});
