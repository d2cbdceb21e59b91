import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect } from 'vitest';
import { freePort } from './ports.js';
import { type Program, runProgram, startServer, stop } from './process.js';

/** A folder and a port for an embedded PostgreSQL in each test; everything is stopped and removed after. */
export function useEmbedded() {
  let root = '';
  let port = 0;
  let programs: Program[] = [];

  const context = {
    /** EMBEDDED_PG_DIR: `data/`, `password`, `postgres.log`. */
    get folder() {
      return join(root, 'postgres');
    },
    get port() {
      return port;
    },
    get env() {
      return { EMBEDDED_PG_DIR: context.folder, EMBEDDED_PG_PORT: String(port) };
    },
    async start(more: Record<string, string> = {}) {
      const server = await startServer({ ...context.env, ...more });
      programs.push(server);
      return server;
    },
    /** The one line that a server says before it gives up. */
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
    /** Does PostgreSQL accept connections? */
    async answers(): Promise<boolean> {
      const client = await context.connect().catch(() => undefined);
      await client?.end();
      return client !== undefined;
    },
  };

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'srp-embedded-'));
    port = await freePort();
    programs = [];
  });
  afterEach(async () => {
    await Promise.all(programs.map((program) => stop(program, 'SIGTERM')));
    await expect.poll(context.answers, { timeout: 10_000 }).toBe(false);
    await rm(root, { recursive: true, force: true });
  });
  return context;
}
