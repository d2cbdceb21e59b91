import { existsSync } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useEmbedded } from '../support/embedded.js';
import { runProgram, stop } from '../support/process.js';

/** `npm start` without DATABASE_URL: the server with its own PostgreSQL, as real processes. */
const embedded = useEmbedded();

/** The keeper of PostgreSQL among a server's children; esbuild, which tsx uses, is another. */
async function childrenOf(parent = 0): Promise<[{ pid: number }]> {
  const list = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8');
  for (const pid of list.trim().split(' ').map(Number)) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8');
    if (command.includes('embedded/server')) return [{ pid }];
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
    await embedded.erase();
    const first = await embedded.start();
    expect(await (await fetch(`${first.url}/health/ready`)).json()).toEqual({ status: 'ready' });
    expect((await post(first.url)).status).toBe(201);
    expect(first.output()).toMatch(/Swagger UI +http:\S+\/docs\n/);
    expect(first.output()).toMatch(/Database +postgresql:\/\/srp_server:\*\*\*@127\.0\.0\.1:\d+\//);
    const password = await readFile(join(embedded.folder, 'password'), 'utf8');
    expect(password).toMatch(/^[\w-]{32}$/);
    expect(first.output()).not.toContain(password);
    expect((await stat(join(embedded.folder, 'password'))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(embedded.folder, 'postgres.log'), 'utf8')).not.toMatch(/ERROR/);
    expect(await stop(first)).toBe(0);
    expect(await embedded.answers()).toBe(false);

    const second = await embedded.start();
    expect(await (await fetch(`${second.url}/projects`)).json()).toMatchObject([{ id: 1 }]);
    expect(await stop(second, 'SIGINT')).toBe(0);
    expect(await embedded.answers()).toBe(false);
  });

  it('uses UTF-8 and folds case in any locale of the environment', async () => {
    await embedded.erase();
    await embedded.start({ LANG: 'C', LC_ALL: 'C' });
    const client = await embedded.connect();
    const { rows } = await client.query(
      `SELECT current_setting('server_encoding') AS encoding, 'É' ILIKE 'é' AS folds,
              cardinality(show_trgm('проект')) > 0 AS letters`,
    );
    await client.end();
    expect(rows).toEqual([{ encoding: 'UTF8', folds: true, letters: true }]);
  });

  it('stops when the server is killed, and keeps the data for the next start', async () => {
    const killed = await embedded.start();
    await post(killed.url);
    await stop(killed, 'SIGKILL');
    const next = await embedded.start(); // at once, while the old one is still being stopped
    expect(await (await fetch(`${next.url}/projects`)).json()).toMatchObject([{ id: 1 }]);
    await stop(next, 'SIGKILL');
    await expect.poll(embedded.answers).toBe(false);
  });

  it.each([20, 300, 700, 1100])(
    'leaves no process after Ctrl-C %i ms into the start',
    async (ms) => {
      await embedded.erase();
      const server = runProgram('dist/server.js', { PORT: '0', ...embedded.env });
      await new Promise((done) => setTimeout(done, ms));
      const code = await stop(server, 'SIGINT');
      expect(['SIGINT', 0]).toContain(code);
      expect(await embedded.answers()).toBe(false);
      const left = await readdir(embedded.folder).catch(() => []);
      expect(left.filter((name) => name.startsWith('data.'))).toEqual([]);
    },
  );

  it('is shared by two servers, and runs until the second one stops', async () => {
    await embedded.erase();
    const [one, two] = await Promise.all([embedded.start(), embedded.start()]);
    await post(one.url);
    expect(await stop(one)).toBe(0);
    expect(await (await fetch(`${two.url}/projects`)).json()).toHaveLength(1);
    expect(await stop(two)).toBe(0);
    expect(await embedded.answers()).toBe(false);
  });

  it('restarts each time that PostgreSQL is killed, and says so', async () => {
    const server = await embedded.start({ LOG_LEVEL: 'info' });
    const runs = () => server.output().split('the embedded PostgreSQL runs again').length - 1;
    for (const times of [1, 2, 3, 4]) {
      process.kill(await embedded.postmaster(), 'SIGKILL');
      await expect.poll(runs).toBe(times);
      await expect.poll(async () => (await fetch(`${server.url}/health/ready`)).status).toBe(200);
    }
    expect((await post(server.url)).status).toBe(201);
    expect(server.output()).toContain('"cause":"PostgreSQL ended"');
  });

  it('is tried again until it starts, also by a new parent process', async () => {
    const server = await embedded.start({ LOG_LEVEL: 'info' });
    const file = join(embedded.folder, 'data', 'postgresql.conf');
    const settings = await readFile(file, 'utf8');
    await writeFile(file, 'no_such_setting = on\n');
    process.kill(await embedded.postmaster(), 'SIGKILL');
    const failures = () => server.output().split('no_such_setting').length - 1;
    await expect.poll(failures).toBeGreaterThan(2);
    const ready = await fetch(`${server.url}/health/ready`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({
      code: 'database-unavailable',
      detail: expect.stringMatching(
        /^The database does not run.*\. The server starts its embedded PostgreSQL again every few seconds\./,
      ),
    });

    const [{ pid }] = await childrenOf(server.child.pid);
    process.kill(pid, 'SIGKILL');
    await server.saw(/the process that keeps PostgreSQL ended \(SIGKILL\)/);
    const before = failures();
    await expect.poll(failures).toBeGreaterThan(before);
    expect((await fetch(`${server.url}/health`)).status).toBe(200);

    await writeFile(file, settings);
    await expect.poll(async () => (await fetch(`${server.url}/health/ready`)).status).toBe(200);
    expect((await post(server.url)).status).toBe(201);
    expect(await stop(server)).toBe(0);
    expect(await embedded.answers()).toBe(false);
  });

  it('stops with the server also while it does not start', async () => {
    const server = await embedded.start({ LOG_LEVEL: 'info' });
    await writeFile(join(embedded.folder, 'data', 'postgresql.conf'), 'no_such_setting = on\n');
    process.kill(await embedded.postmaster(), 'SIGKILL');
    await server.saw(/no_such_setting/);
    const [{ pid }] = await childrenOf(server.child.pid);
    expect(await stop(server)).toBe(0);
    await expect.poll(() => existsSync(`/proc/${pid}`)).toBe(false);
  });

  it('gets a new parent process when the old one is killed', async () => {
    const server = await embedded.start();
    const client = await embedded.connect();
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
    await expect.poll(async () => (await keeper())?.pid ?? before?.pid).not.toBe(before?.pid);
    await client.end();
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
    expect(await stop(server)).toBe(0);
    expect(await embedded.answers()).toBe(false);
  });
});
