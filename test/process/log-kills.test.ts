import { rm } from 'node:fs/promises';
import type pg from 'pg';
import { beforeEach, describe, expect, it } from 'vitest';
import { ask } from '../support/answers.js';
import { useEmbedded } from '../support/embedded.js';
import { type Program, runProgram, stop } from '../support/process.js';

/** Commands of the log are killed while they wait for a lock, that is in the middle of a statement. */
const embedded = useEmbedded();

async function program(name: 'log' | 'keys', ...args: string[]) {
  const running = runProgram(`dist/${name}.js`, embedded.env, ...args);
  return { code: await running.exit, output: running.output() };
}

/** Repeats a command that was killed, and does what its message asks for. */
async function repeat(name: 'log' | 'keys', ...args: string[]) {
  const first = await program(name, ...args);
  const [, lock] = /delete (\S+keys\.lock)/.exec(first.output) ?? [];
  if (lock === undefined) return first;
  await rm(lock);
  return program(name, ...args);
}

/** Kills the command when it waits for the table. @returns whether it came so far */
async function killAt(table: string, name: 'log' | 'keys', args: string[]): Promise<boolean> {
  const holder = await embedded.connect();
  await holder.query(`BEGIN; LOCK TABLE ${table} IN EXCLUSIVE MODE`);
  const running: Program = runProgram(`dist/${name}.js`, embedded.env, ...args);
  let ended = false;
  void running.exit.then(() => {
    ended = true;
  });
  const waits = async () => {
    const { rows } = await holder.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM pg_locks WHERE NOT granted AND relation = '${table}'::regclass`,
    );
    return ended || (rows[0]?.n ?? 0) > 0;
  };
  await expect.poll(waits, { interval: 20 }).toBe(true);
  const hit = !ended;
  await stop(running, 'SIGKILL');
  await holder.query('ROLLBACK');
  await holder.end();
  return hit;
}

let server: Program & { url: string };
let database: pg.Client;
beforeEach(async () => {
  server = await embedded.start({ LOG_LEVEL: 'error' });
  database = await embedded.connect();
  await ask(`${server.url}/projects`, { method: 'POST', json: { name: 'Shop' } });
  return () => database.end();
});

const warnings = async () => (await ask(`${server.url}/health/ready`)).body.warnings;
const verified = async () => (await program('log', 'verify')).output;
/** No two checkpoints of one log have the same size, and every event has one place. */
async function expectOneHistory() {
  await expect.poll(warnings).toBeUndefined();
  expect(
    (await ask(`${server.url}/projects`, { method: 'POST', json: { name: 'Shop' } })).status,
  ).toBe(201);
  await expect.poll(verified, { timeout: 60_000, interval: 500 }).toContain('nothing is wrong');
}

describe('npm run log -- recover', () => {
  it.each(['events', 'log_reasons', 'logs', 'log_entries', 'log_checkpoints'])(
    'can be repeated after a kill while it writes %s',
    async (table) => {
      await expect.poll(warnings).toBeUndefined();
      await database.query('UPDATE logs SET diverged_at = 0 WHERE ended_at IS NULL');
      const recover = ['recover', '--reason', 'A test'];
      expect(await killAt(table, 'log', recover)).toBe(true);
      const { rows } = await database.query('SELECT 1 FROM logs WHERE ended_at IS NULL');
      expect(rows).toHaveLength(1);
      const again = await repeat('log', ...recover);
      // After the last kill the new log is there, and the server has signed it.
      expect([0, 2], again.output).toContain(again.code);
      if (again.code === 2) expect(again.output).toContain('there is nothing to recover');
      await expectOneHistory();
    },
  );
});

describe('npm run keys -- rotate', () => {
  it.each(['events', 'log_entries', 'log_tiles', 'log_checkpoints'])(
    'can be repeated after a kill while it writes %s',
    async (table) => {
      await expect.poll(warnings).toBeUndefined();
      const before = (await ask(`${server.url}/log/keys`)).body as unknown as { log: object[] };
      expect(await killAt(table, 'keys', ['rotate', 'log'])).toBe(true);
      const again = await repeat('keys', 'rotate', 'log');
      expect(again.code, again.output).toBe(0);
      const after = (await ask(`${server.url}/log/keys`)).body as unknown as { log: object[] };
      expect(after.log.length).toBeGreaterThan(before.log.length);
      await expectOneHistory();
    },
  );
});
