import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../support/ports.js';
import { type Program, runProgram, startServer, stop } from '../support/process.js';

/** `npm start` without DATABASE_URL: the server with its own PostgreSQL, as real processes. */
let folder: string;
let env: Record<string, string>;
let programs: Program[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'srp-embedded-'));
  env = { EMBEDDED_PG_DIR: join(folder, 'postgres'), EMBEDDED_PG_PORT: String(await freePort()) };
  programs = [];
});
afterEach(async () => {
  await Promise.all(programs.map((program) => stop(program, 'SIGTERM')));
  await expect.poll(answers, { timeout: 10_000 }).toBe(false);
  await rm(folder, { recursive: true, force: true });
});

async function start(more: Record<string, string> = {}) {
  const server = await startServer({ ...env, ...more });
  programs.push(server);
  return server;
}

/** Does the embedded PostgreSQL accept connections? */
async function answers(): Promise<boolean> {
  const client = await connect().catch(() => undefined);
  await client?.end();
  return client !== undefined;
}

async function connect(): Promise<pg.Client> {
  const password = await readFile(join(folder, 'postgres', 'password'), 'utf8');
  const client = new pg.Client({
    host: '127.0.0.1',
    port: Number(env.EMBEDDED_PG_PORT),
    user: 'postgres',
    password,
    database: 'secure_release_db',
  });
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** The keeper of PostgreSQL among a server's children; esbuild, which tsx uses, is another. */
async function childrenOf(parent = 0): Promise<[{ pid: number }]> {
  const list = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8');
  for (const pid of list.trim().split(' ').map(Number)) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8');
    if (command.includes('embedded-server')) return [{ pid }];
  }
  throw new Error(`no keeper among ${list}`);
}

const post = (url: string) =>
  fetch(`${url}/projects`, {
    method: 'POST',
    body: '{"name":"Mon Projet"}',
    headers: { 'content-type': 'application/json' },
  });

describe('the embedded PostgreSQL', () => {
  it('starts, keeps the data, and stops with the server', async () => {
    const first = await start();
    expect(await (await fetch(`${first.url}/health/ready`)).json()).toEqual({ status: 'ready' });
    expect((await post(first.url)).status).toBe(201);
    expect(first.output()).toMatch(/Swagger UI +http:\S+\/docs\n/);
    expect(first.output()).toMatch(/Database +postgresql:\/\/postgres:\*\*\*@127\.0\.0\.1:\d+\//);
    const password = await readFile(join(folder, 'postgres', 'password'), 'utf8');
    expect(password).toMatch(/^[\w-]{32}$/);
    expect(first.output()).not.toContain(password);
    expect((await stat(join(folder, 'postgres', 'password'))).mode & 0o777).toBe(0o600);
    expect(await stop(first)).toBe(0);
    expect(await answers()).toBe(false);

    const second = await start();
    expect(await (await fetch(`${second.url}/projects`)).json()).toMatchObject([{ id: 1 }]);
    expect(await stop(second, 'SIGINT')).toBe(0);
    expect(await answers()).toBe(false);
  });

  it('speaks UTF-8 and folds case whatever the locale of the environment', async () => {
    await start({ LANG: 'C', LC_ALL: 'C' });
    const client = await connect();
    const { rows } = await client.query(
      `SELECT current_setting('server_encoding') AS encoding, 'É' ILIKE 'é' AS folds,
              cardinality(show_trgm('проект')) > 0 AS letters`,
    );
    await client.end();
    expect(rows).toEqual([{ encoding: 'UTF8', folds: true, letters: true }]);
  });

  it('stops when the server is killed, and the next start finds everything', async () => {
    const killed = await start();
    await post(killed.url);
    await stop(killed, 'SIGKILL');
    const next = await start(); // at once, while the old one is still being stopped
    expect(await (await fetch(`${next.url}/projects`)).json()).toMatchObject([{ id: 1 }]);
    await stop(next, 'SIGKILL');
    await expect.poll(answers, { timeout: 10_000 }).toBe(false);
  });

  it.each([20, 300, 700, 1100])(
    'leaves nothing behind after Ctrl-C %i ms into the start',
    async (ms) => {
      const server = runProgram('dist/server.js', { PORT: '0', ...env });
      await new Promise((done) => setTimeout(done, ms));
      const code = await stop(server, 'SIGINT');
      expect(['SIGINT', 0]).toContain(code);
      expect(await answers()).toBe(false);
      const left = await readdir(join(folder, 'postgres')).catch(() => []);
      expect(left.filter((name) => name.startsWith('data.'))).toEqual([]);
    },
  );

  it('is shared by two servers, and stays while one of them runs', async () => {
    const [one, two] = await Promise.all([start(), start()]);
    await post(one.url);
    expect(await stop(one)).toBe(0);
    expect(await (await fetch(`${two.url}/projects`)).json()).toHaveLength(1);
    expect(await stop(two)).toBe(0);
    expect(await answers()).toBe(false);
  });

  it('comes back by itself when PostgreSQL crashes', async () => {
    const server = await start();
    const [pid] = (
      await readFile(join(folder, 'postgres', 'data', 'postmaster.pid'), 'utf8')
    ).split('\n');
    process.kill(Number(pid), 'SIGKILL');
    await expect
      .poll(async () => (await fetch(`${server.url}/health/ready`)).status, { timeout: 20_000 })
      .toBe(200);
  });

  it('gets a new keeper when the old one is killed', async () => {
    const server = await start();
    const client = await connect();
    const keeper = async () => {
      const { rows } = await client.query<{ pid: number; port: number }>(
        `SELECT l.pid, a.client_port AS port FROM pg_locks l JOIN pg_stat_activity a USING (pid)
          WHERE l.locktype = 'advisory'`,
      );
      return rows[0];
    };
    const [{ pid }] = await childrenOf(server.child.pid);
    const before = await keeper();
    process.kill(pid, 'SIGKILL');
    await expect
      .poll(async () => (await keeper())?.pid ?? before?.pid, { timeout: 10_000 })
      .not.toBe(before?.pid);
    await client.end();
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
    expect(await stop(server)).toBe(0);
    expect(await answers()).toBe(false);
  });

  it('says on which port it is already being served', async () => {
    await start();
    const other = runProgram('dist/server.js', {
      ...env,
      PORT: '0',
      EMBEDDED_PG_PORT: String(await freePort()),
    });
    expect(await other.exit).toBe(1);
    expect(other.output()).toContain(`set EMBEDDED_PG_PORT=${env.EMBEDDED_PG_PORT} to share it`);
  });

  it('says that the password is gone', async () => {
    await stop(await start());
    await rm(join(folder, 'postgres', 'password'));
    const other = runProgram('dist/server.js', { ...env, PORT: '0' });
    expect(await other.exit).toBe(1);
    expect(other.output()).toMatch(/postgres\/password is gone/);
  });

  it('starts over a postmaster.pid that names some other program', async () => {
    await stop(await start());
    const file = join(folder, 'postgres', 'data', 'postmaster.pid');
    await writeFile(file, `${process.pid}\n${folder}\n1\n${env.EMBEDDED_PG_PORT}\n\n\n\nready\n`);
    const server = await start();
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
  });
});

describe('a start that cannot be', () => {
  async function failure(more: Record<string, string> = {}) {
    const program = runProgram('dist/server.js', { PORT: '0', LOG_LEVEL: 'warn', ...env, ...more });
    expect(await program.exit).toBe(1);
    const lines = program.output().trim().split('\n');
    expect(lines, program.output()).toHaveLength(1);
    return lines[0];
  }

  async function occupy(port: number): Promise<Server> {
    const server = createServer((socket) => socket.end());
    await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
    return server;
  }

  it('says that the port of PostgreSQL is taken', async () => {
    const server = await occupy(Number(env.EMBEDDED_PG_PORT));
    expect(await failure()).toMatch(
      /port \d+ on 127\.0\.0\.1 is used by another.*EMBEDDED_PG_PORT/,
    );
    server.close();
  });

  it('says that the data is of another version, and leaves it alone', async () => {
    await stop(await start());
    const file = join(folder, 'postgres', 'data', 'PG_VERSION');
    await writeFile(file, '13\n');
    expect(await failure()).toMatch(
      /PostgreSQL 13, but the embedded server is PostgreSQL 18\. Nothing/,
    );
    await writeFile(file, '18\n');
    expect((await fetch(`${(await start()).url}/health/ready`)).status).toBe(200);
  });

  it('says that the folder cannot be written to', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    expect(await failure({ EMBEDDED_PG_DIR: join(file, 'postgres') })).toMatch(
      /cannot write to .*file\/postgres.*EMBEDDED_PG_DIR/,
    );
  });

  it('says that the port of the API is taken, and stops PostgreSQL', async () => {
    const port = await freePort();
    const server = await occupy(port);
    expect(await failure({ PORT: String(port) })).toBe(
      `cannot start: port ${port} is used by another program: set PORT`,
    );
    expect(await answers()).toBe(false);
    server.close();
  });
});
