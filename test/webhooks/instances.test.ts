import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config/config.js';
import { openDatabase } from '../../src/database/client.js';
import type { JobLog } from '../../src/jobs/job.js';
import { startJobs } from '../../src/jobs/runner.js';
import { serverDatabaseUrl, sql } from '../support/database.js';
import { postStop } from '../support/line.js';
import {
  deliveriesOf,
  type HookApp,
  hookApp,
  letTimePass,
  receiver,
  webhookFor,
} from '../support/webhooks.js';

const stop = async (app: HookApp['app']) => {
  expect((await postStop(app)).statusCode).toBe(201);
};

/** Events that are told, beside the API. */
const addStops = (count: number) =>
  sql(
    `INSERT INTO events (type, subject_kind, subject_id, actor, data)
     SELECT 'environment.stopped', 'stop', n::text, 'test', '{"environment":"production"}'
       FROM generate_series(1, $1) n`,
    [count],
  );

/** A receiver that answers when the test says so. */
async function slowReceiver() {
  const waiting: ServerResponse[] = [];
  const to = await receiver((_request, response) => {
    waiting.push(response);
  });
  return {
    ...to,
    waiting,
    answerAll: (status: number) => {
      for (const response of waiting.splice(0)) response.writeHead(status).end();
    },
  };
}

describe('several instances', () => {
  it('send each event once', async () => {
    const one = await hookApp();
    const others = [
      await hookApp({ keysFolder: one.folder }),
      await hookApp({ keysFolder: one.folder }),
    ];
    const to = await receiver();
    const { id } = await webhookFor(one.app, to.url);
    await addStops(60);
    await Promise.all([one, ...others].map(({ deliver }) => deliver()));
    const ids = to.received.map(({ headers }) => headers['webhook-id']);
    expect([ids.length, new Set(ids).size]).toEqual([60, 60]);
    const deliveries = await deliveriesOf(one.app, id, { state: 'delivered' });
    expect(deliveries).toHaveLength(60);
    expect(new Set(deliveries.map(({ attempts }) => attempts))).toEqual(new Set([1]));
  });

  it('leave what another one is sending alone, until its claim ends', async () => {
    const one = await hookApp();
    const other = await hookApp({ keysFolder: one.folder });
    const to = await slowReceiver();
    const { id } = await webhookFor(one.app, to.url);
    await stop(one.app);
    await one.hooks.sender.dispatch();
    await expect.poll(() => to.waiting.length).toBe(1);
    await other.deliver();
    expect(to.received).toHaveLength(1);
    // As after a minute in which the first instance did not end its attempt.
    await sql(`UPDATE webhook_deliveries SET claimed_until = now() - interval '1 second'`);
    await other.hooks.sender.dispatch();
    await expect.poll(() => to.waiting.length).toBe(2);
    const [first, second] = to.waiting;
    second?.writeHead(204).end();
    await other.hooks.sender.idle();
    expect(await deliveriesOf(one.app, id)).toMatchObject([{ state: 'delivered', attempts: 2 }]);
    first?.writeHead(500).end(); // too late to change anything
    await one.hooks.sender.idle();
    expect(await deliveriesOf(one.app, id)).toMatchObject([
      { state: 'delivered', attempts: 2, lastStatus: 204 },
    ]);
  });
});

describe('a slow receiver', () => {
  it('holds up nobody else, and gets few requests at a time', async () => {
    const { app, hooks } = await hookApp();
    const slow = await slowReceiver();
    const fast = await receiver();
    const { id } = await webhookFor(app, slow.url);
    await webhookFor(app, fast.url);
    await addStops(10);
    await hooks.sender.dispatch();
    await expect.poll(() => fast.received.length).toBe(10);
    expect(slow.received).toHaveLength(3);
    await addStops(1);
    await hooks.sender.dispatch();
    await expect.poll(() => fast.received.length).toBe(11);
    expect(slow.received).toHaveLength(3);
    slow.answer((_request, response) => response.writeHead(204).end());
    slow.answerAll(204);
    await hooks.sender.idle();
    expect(await deliveriesOf(app, id, { state: 'delivered' })).toHaveLength(11);
  });
});

describe('an instance that stops', () => {
  it('ends its attempts, which do not count, and another one makes them', async () => {
    const one = await hookApp();
    const other = await hookApp({ keysFolder: one.folder });
    const to = await slowReceiver();
    const { id } = await webhookFor(one.app, to.url);
    await stop(one.app);
    await one.hooks.sender.dispatch();
    await expect.poll(() => to.waiting.length).toBe(1);
    const closed = once(to.waiting[0]?.req.socket ?? process, 'close');
    await one.close();
    await closed;
    expect(await deliveriesOf(other.app, id)).toMatchObject([{ state: 'pending', attempts: 0 }]);
    to.answer((_request, response) => response.writeHead(204).end());
    await other.deliver();
    expect(await deliveriesOf(other.app, id)).toMatchObject([{ state: 'delivered', attempts: 1 }]);
    const [first, second] = to.received.map(({ headers }) => headers['webhook-id']);
    expect(second).toBe(first);
  });
});

describe('the key', () => {
  it('that is lost or another one keeps deliveries back, until it is restored', async () => {
    const one = await hookApp();
    const to = await receiver();
    await webhookFor(one.app, to.url);
    const file = join(one.folder, 'webhooks.key');
    const key = await readFile(file, 'utf8');
    await one.close();
    await rm(file);
    const { app, deliver } = await hookApp({ keysFolder: one.folder });
    await stop(app);
    await deliver();
    await writeFile(file, 'ab'.repeat(32), { mode: 0o600 });
    await deliver();
    expect(to.received).toEqual([]);
    expect((await app.inject('/health/ready')).json().warnings).toEqual([
      expect.stringContaining('another key than webhooks.key'),
    ]);
    await writeFile(file, key);
    await deliver();
    expect(to.received).toHaveLength(1);
    expect((await app.inject('/health/ready')).json().warnings).toBeUndefined();
  });

  it('that is lost is replaced by rotating the secret', async () => {
    const one = await hookApp();
    const to = await receiver();
    const { id } = await webhookFor(one.app, to.url);
    await rm(join(one.folder, 'webhooks.key'));
    const { app, deliver } = await hookApp({ keysFolder: one.folder });
    await stop(app);
    const rotated = await app.inject({ method: 'POST', url: `/webhooks/${id}/rotate-secret` });
    expect(rotated.statusCode, rotated.body).toBe(200);
    await deliver();
    const [first] = to.received;
    // The secret of the lost key cannot sign.
    expect(String(first?.headers['webhook-signature']).split(' ')).toHaveLength(1);
  });
});

const silent: JobLog = { info() {}, warn() {}, error() {}, child: () => silent };

describe('the jobs', () => {
  /** The jobs of one instance, with a connection of their own, until the test ends. */
  function start({ hooks }: HookApp) {
    const database = openDatabase(serverDatabaseUrl(), loadConfig({}));
    const running = startJobs({ jobs: hooks.jobs, database, log: silent });
    onTestFinished(async () => {
      await running.stop();
      await database.close();
    });
  }

  it('send what this instance and others recorded, and repeat what failed', async () => {
    const one = await hookApp();
    const to = await receiver();
    to.answerWith(500);
    start(one);
    await webhookFor(one.app, to.url);
    await stop(one.app);
    await expect.poll(() => to.received.length).toBe(1);
    to.answerWith(204);
    await letTimePass();
    await addStops(1); // without a signal to this process
    await expect.poll(() => to.received.length, { timeout: 60_000 }).toBe(3);
  });

  it('remove deliveries 30 days after their end, and nothing else', async () => {
    const { app, hooks, deliver } = await hookApp();
    const to = await receiver();
    const { id } = await webhookFor(app, to.url);
    await addStops(2);
    await deliver();
    await sql(`UPDATE webhook_deliveries SET ended_at = ended_at - interval '31 days'
                WHERE event_id = (SELECT min(event_id::text)::uuid FROM webhook_deliveries)`);
    to.answerWith(500);
    await addStops(1);
    await deliver();
    const clean = hooks.jobs.find(({ name }) => name === 'old-webhook-deliveries');
    const database = openDatabase(serverDatabaseUrl(), loadConfig({}));
    onTestFinished(() => database.close());
    const { signal } = new AbortController();
    expect(await clean?.run({ database, log: silent, signal })).toBe('again');
    expect((await deliveriesOf(app, id)).map(({ state }) => state)).toEqual([
      'pending',
      'delivered',
    ]);
  });
});
