import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { freePort } from './ports.js';
import { type Program, runProgram, startServer, stop } from './process.js';

const copy = (from: string, to: string) => promisify(execFile)('cp', ['-a', from, to]);

/**
 * Provides a folder and a port for an embedded PostgreSQL in each test, and stops and removes everything afterwards.
 * The folder is a copy of an initialized and migrated one, because initdb is slow.
 */
export function useEmbedded() {
  let seed = '';
  let root = '';
  let port = 0;
  let programs: Program[] = [];

  const context = {
    /** EMBEDDED_PG_DIR: `data/`, `password`, `postgres.log`. */
    get folder() {
      return join(root, 'postgres');
    },
    /** The password of the server's role. */
    get passwordFile() {
      return join(root, 'keys', 'database-password');
    },
    get port() {
      return port;
    },
    get env() {
      return { EMBEDDED_PG_DIR: context.folder, EMBEDDED_PG_PORT: String(port) };
    },
    /** Removes the database and its keys, for tests of a first start. Old keys beside a new database mean a restore. */
    async erase() {
      await rm(context.folder, { recursive: true });
      await rm(join(root, 'keys'), { recursive: true });
    },
    async start(more: Record<string, string> = {}) {
      const server = await startServer({ ...context.env, ...more });
      programs.push(server);
      return server;
    },
    /** Runs a server that must fail to start, and returns its only line of output. */
    async failure(more: Record<string, string> = {}) {
      const env = { PORT: '0', LOG_LEVEL: 'warn', ...context.env, ...more };
      const program = runProgram('dist/server.js', env);
      expect(await program.exit).toBe(1);
      const lines = program.output().trim().split('\n');
      expect(lines, program.output()).toHaveLength(1);
      return lines[0];
    },
    async connect(): Promise<pg.Client> {
      const client = new pg.Client({
        host: '127.0.0.1',
        port,
        user: 'postgres',
        password: await readFile(join(context.folder, 'password'), 'utf8'),
        database: 'secure_release_db',
      });
      client.on('error', () => {});
      await client.connect();
      return client;
    },
    /** The process id of PostgreSQL's main process. */
    async postmaster(): Promise<number> {
      const text = await readFile(join(context.folder, 'data', 'postmaster.pid'), 'utf8');
      return Number(text.split('\n', 1)[0]);
    },
    /** Whether PostgreSQL accepts connections. */
    async answers(): Promise<boolean> {
      const client = await context.connect().catch(() => undefined);
      await client?.end();
      return client !== undefined;
    },
  };

  beforeAll(async () => {
    seed = await mkdtemp(join(tmpdir(), 'srp-seed-'));
    const env = { EMBEDDED_PG_DIR: join(seed, 'postgres') };
    await stop(await startServer({ ...env, EMBEDDED_PG_PORT: String(await freePort()) }));
  });
  afterAll(() => rm(seed, { recursive: true, force: true }));
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'srp-embedded-'));
    port = await freePort();
    programs = [];
    await copy(join(seed, 'postgres'), root);
    await copy(join(seed, 'keys'), root);
  });
  afterEach(async () => {
    await Promise.all(programs.map((program) => stop(program, 'SIGTERM')));
    await expect.poll(context.answers).toBe(false);
    // During its shutdown, PostgreSQL refuses connections but still writes files.
    await rm(root, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });
  return context;
}
