import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ask } from '../support/answers.js';
import { besides, runBuilt } from '../support/backup.js';
import { useEmbedded } from '../support/embedded.js';
import { runProgram, stop } from '../support/process.js';
import { getFrom, tileClient } from '../support/tile-client.js';

/** The programs of the log, and the runbook of a restore in the middle of writes. */
const embedded = useEmbedded();

async function program(name: 'log' | 'keys', ...args: string[]) {
  const running = runProgram(`dist/${name}.js`, embedded.env, ...args);
  return { code: await running.exit, output: running.output() };
}

interface Keys {
  readonly log: readonly { origin: string; vkey: string; log: number | null }[];
}

const create = (url: string) => ask(`${url}/projects`, { method: 'POST', json: { name: 'Shop' } });

async function clientOf(url: string, number = 1) {
  const { body } = await ask(`${url}/log/keys`);
  const { log } = body as unknown as Keys;
  const key = log.find((one) => one.log === number);
  return tileClient(getFrom(`${url}/log/${number}`), key?.vkey ?? '');
}

const warnings = async (url: string) => (await ask(`${url}/health/ready`)).body.warnings;

describe('npm run log', () => {
  it('begins a new log after a backup that was made in the middle of writes was restored', async () => {
    const server = await embedded.start();
    let writing = true;
    const write = async () => {
      for (; writing; await sleep(5)) await create(server.url);
    };
    const writers = [write(), write()];
    const client = await clientOf(server.url);
    await expect.poll(() => client.checkpoint().then(({ size }) => size)).toBeGreaterThan(20);
    const folder = besides(embedded.folder, 'backup');
    const made = await runBuilt('backup', embedded.env, folder);
    expect(made.code, made.output).toBe(0);
    expect(made.output).toContain('neither the settings (.env) nor the keys of the log');
    const during = await client.checkpoint();
    await expect
      .poll(() => client.checkpoint().then(({ size }) => size))
      .toBeGreaterThan(during.size + 20);
    writing = false;
    await Promise.all(writers);
    const signed = await client.checkpoint();
    await stop(server);
    const restored = await runBuilt('restore', embedded.env, folder, '--replace');
    expect(restored.code, restored.output).toBe(0);
    expect(restored.output).toContain('begin a new log if /health/ready asks for it');

    const again = await embedded.start();
    const told = () => warnings(again.url);
    await expect.poll(told).toEqual([expect.stringContaining('npm run log -- recover')]);
    expect((await create(again.url)).status).toBe(201);
    expect((await program('log', 'verify')).code).toBe(1);
    const without = await program('log', 'recover');
    expect([without.code, without.output]).toEqual([2, expect.stringContaining('--reason')]);
    const recovered = await program('log', 'recover', '--reason', 'The disk broke');
    expect(recovered.code, recovered.output).toBe(0);
    expect(recovered.output).toContain(`was signed up to size`);
    expect(recovered.output).toContain('Copy the folder of the keys to its backup');

    await expect.poll(told).toBeUndefined();
    expect((await create(again.url)).status).toBe(201);
    const next = await clientOf(again.url, 2);
    await expect.poll(() => next.checkpoint().then(({ size }) => size)).toBeGreaterThan(2);
    await next.verifyTree(await next.checkpoint());
    // What the old log has left fits what was signed before.
    const old = await clientOf(again.url, 1);
    const left = await old.checkpoint();
    expect(left.size).toBeLessThan(signed.size);
    await old.verifyTree(left);
    await expect
      .poll(async () => (await program('log', 'verify')).output)
      .toContain('nothing is wrong');
    await stop(again);
  });

  it('verifies, and tells what it found', async () => {
    const server = await embedded.start();
    await create(server.url);
    await expect.poll(async () => (await program('log', 'verify')).code).toBe(0);
    const { body } = await ask(`${server.url}/events?type=project.created`);
    const [event] = body as unknown as { id: string }[];
    const database = await embedded.connect();
    await database.query('SET session_replication_role = replica');
    await database.query(`UPDATE events SET actor = 'eve' WHERE id = $1`, [event?.id]);
    await database.end();
    const found = await program('log', 'verify');
    expect(found.code).toBe(1);
    expect(found.output).toMatch(/entry \d+: event \S+ is not what the entry commits to/);
    expect(found.output).toContain('1 fault in the standard output');
    await stop(server);
  });

  it('erases an event, once', async () => {
    const server = await embedded.start();
    await create(server.url);
    const { body } = await ask(`${server.url}/events?type=project.created`);
    const [event] = body as unknown as { id: string }[];
    await ask(`${server.url}/log/proof?event=${event?.id}`);
    const erase = () => program('log', 'erase', '--event', event?.id ?? '', '--reason', 'a person');
    expect((await erase()).code).toBe(0);
    expect(await erase()).toMatchObject({
      code: 2,
      output: expect.stringContaining('erased already'),
    });
    await stop(server);
    expect((await program('log', 'verify')).output).toContain('nothing is wrong');
  });

  it.each([
    [['x'], 'the command must be'],
    [[], 'the command must be'],
    [['erase', '--reason', 'x'], '--event'],
    [['erase', '--event', '1', '--reason', 'x'], '--event'],
    [['recover', '--reason', ' '], '--reason'],
    [['verify', '--other'], "Unknown option '--other'"],
  ])('refuses %j', async (args, message) => {
    const refused = await program('log', ...args);
    expect(refused.code).toBe(2);
    expect(refused.output).toMatch(/^log: /);
    expect(refused.output).toContain(message);
  });
});

describe('npm run keys', () => {
  it('lists, exports and rotates, and shows no private key', async () => {
    const server = await embedded.start();
    const before = await program('keys', 'list');
    expect(before.output).toMatch(/^log {7}from \S+ {2}until now {2}srp\.invalid\/[0-9a-f]{16}\+/);
    const rotated = await program('keys', 'rotate', 'log');
    expect(rotated.code, rotated.output).toBe(0);
    expect(rotated.output).toContain('the second newest log-….pem in');
    await create(server.url);
    const after = JSON.parse((await program('keys', 'export')).output);
    expect(after.log).toHaveLength(2);
    const client = tileClient(getFrom(`${server.url}/log`), after.log[1].vkey);
    await expect
      .poll(() =>
        client.checkpoint().then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
    expect(JSON.stringify(after)).not.toContain('PRIVATE');
    for (const args of [['rotate'], ['rotate', 'x'], ['x'], []]) {
      expect((await program('keys', ...args)).code).toBe(1);
    }
    await stop(server);
  });
});
