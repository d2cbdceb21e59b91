import { describe, expect, it } from 'vitest';
import { MAX_ATTEMPTS, WAITS_S } from '../../src/features/webhooks/schedule.js';
import { sql } from '../support/database.js';
import { postStop } from '../support/line.js';
import {
  deliveriesOf,
  type HookApp,
  hookApp,
  letTimePass,
  receiver,
  verified,
  webhookFor,
} from '../support/webhooks.js';

const stop = async (app: HookApp['app']) => {
  expect((await postStop(app)).statusCode).toBe(201);
};

/** Seconds from the last attempt to the next one. */
const waits = async () =>
  (
    await sql<{ wait: number }>(
      `SELECT extract(epoch FROM next_attempt_at - last_attempt_at)::float8 AS wait FROM webhook_deliveries`,
    )
  ).map(({ wait }) => wait);

const eventsOf = (type: string) =>
  sql<{ data: string; actor: string }>('SELECT data, actor FROM events WHERE type = $1', [type]);

const attemptsTotal = async ({ app }: HookApp, outcome: string) => {
  const { body } = await app.inject('/metrics');
  return Number(
    new RegExp(`^srp_webhook_attempts_total\\{outcome="${outcome}"\\} (\\d+)`, 'm').exec(body)?.[1],
  );
};

describe('an attempt that fails', () => {
  it('with 500 is repeated with the same id and a new signature', async () => {
    const hooks = await hookApp();
    const { app, deliver } = hooks;
    const to = await receiver();
    to.answerWith(500);
    const { id, secret } = await webhookFor(app, to.url);
    await stop(app);
    await deliver();
    await deliver(); // too early
    expect(to.received).toHaveLength(1);
    expect(await deliveriesOf(app, id, { state: 'pending' })).toMatchObject([
      { attempts: 1, lastStatus: 500, lastError: null, endedAt: null },
    ]);
    const [wait = 0] = await waits();
    expect(wait).toBeGreaterThan(4.9);
    to.answerWith(200);
    await letTimePass();
    await deliver();
    expect(await deliveriesOf(app, id)).toMatchObject([
      { state: 'delivered', attempts: 2, lastStatus: 200 },
    ]);
    const [first, second] = to.received.map((one) => verified(one, secret));
    expect(second).toEqual(first);
    expect(await attemptsTotal(hooks, 'failed')).toBe(1);
    expect(await attemptsTotal(hooks, 'delivered')).toBe(1);
  });

  it('because the receiver is silent, or away, is repeated', async () => {
    const { app, deliver } = await hookApp({ timeoutMs: 100 });
    const to = await receiver(() => {});
    const { id } = await webhookFor(app, to.url);
    await stop(app);
    await deliver();
    const last = async () => (await deliveriesOf(app, id))[0];
    expect(await last()).toMatchObject({
      state: 'pending',
      lastStatus: null,
      lastError: 'TIMEOUT',
    });
    await to.stop();
    await letTimePass();
    await deliver();
    expect(await last()).toMatchObject({
      attempts: 2,
      lastStatus: null,
      lastError: 'ECONNREFUSED',
    });
  });

  it('because it redirects, does not follow', async () => {
    const { app, deliver } = await hookApp();
    const [to, elsewhere] = [await receiver(), await receiver()];
    to.answerWith(302, { location: elsewhere.url });
    const { id } = await webhookFor(app, to.url);
    await stop(app);
    await deliver();
    expect(elsewhere.received).toEqual([]);
    expect(await deliveriesOf(app, id)).toMatchObject([{ state: 'pending', lastStatus: 302 }]);
  });

  it('waits as long as Retry-After asks, up to a day', async () => {
    const { app, deliver } = await hookApp();
    const to = await receiver();
    await webhookFor(app, to.url);
    await stop(app);
    to.answerWith(429, { 'retry-after': '3600' });
    await deliver();
    const [hour = 0] = await waits();
    expect(hour).toBeGreaterThan(3599);
    expect(hour).toBeLessThan(3600 * 1.11);
    to.answerWith(503, { 'retry-after': '999999999' });
    await letTimePass();
    await deliver();
    const [day = 0] = await waits();
    expect(day).toBeGreaterThan(86_399);
    expect(day).toBeLessThan(86_400 * 1.11);
  });

  it('waits until a date in Retry-After, and as usual for one that says nothing', async () => {
    const { app, deliver } = await hookApp();
    const to = await receiver();
    await webhookFor(app, to.url);
    await stop(app);
    const inTwoHours = new Date(Date.now() + 7_200_000).toUTCString();
    to.answerWith(503, { 'retry-after': inTwoHours });
    await deliver();
    const [until = 0] = await waits();
    expect(until).toBeGreaterThan(7000);
    expect(until).toBeLessThan(7200 * 1.11);
    to.answerWith(503, { 'retry-after': 'in the year 2099' });
    await letTimePass();
    await deliver();
    const [usual = 0] = await waits();
    expect(usual).toBeGreaterThan(299);
    expect(usual).toBeLessThan(300 * 1.11);
  });
});

describe('a receiver that fails for three days', () => {
  /** Lets all attempts fail. @returns the waits between them */
  async function failAll({ deliver }: HookApp): Promise<number[]> {
    const seen: number[] = [];
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      await letTimePass();
      await deliver();
      seen.push((await waits())[0] ?? 0);
    }
    return seen;
  }

  it('is tried ten times, given up, disabled and told, until it is enabled again', async () => {
    const hooks = await hookApp();
    const { app, deliver } = hooks;
    const to = await receiver();
    const other = await receiver();
    const { id } = await webhookFor(app, to.url);
    await webhookFor(app, other.url, { events: ['webhook.disabled'] });
    to.answerWith(503);
    await stop(app);
    const seen = await failAll(hooks);
    expect(MAX_ATTEMPTS).toBe(10);
    for (const [index, wait] of WAITS_S.entries()) {
      expect(seen[index]).toBeGreaterThan(wait * 0.98);
      expect(seen[index]).toBeLessThan(wait * 1.11);
    }
    expect(to.received).toHaveLength(10);
    expect(await deliveriesOf(app, id, { state: 'failed' })).toMatchObject([
      { attempts: 10, lastStatus: 503, nextAttemptAt: null },
    ]);
    const [failed] = await eventsOf('webhook.delivery-failed');
    expect(failed).toMatchObject({ actor: 'server' });
    expect(JSON.parse(failed?.data ?? '')).toMatchObject({
      type: 'environment.stopped',
      attempts: 10,
    });
    expect((await eventsOf('webhook.disabled')).map(({ data }) => JSON.parse(data))).toEqual([
      { because: 'failing', row: expect.any(String) },
    ]);
    expect(await attemptsTotal(hooks, 'given-up')).toBe(1);
    const webhook = async () => (await app.inject(`/webhooks/${id}`)).json();
    expect(await webhook()).toMatchObject({ state: 'disabled', disabledBecause: 'failing' });

    await stop(app); // nothing is kept for it
    await deliver();
    expect(other.payloads()).toMatchObject([
      { type: 'webhook.disabled', data: { subject: { id }, details: { because: 'failing' } } },
    ]);
    expect((await app.inject('/health/ready')).json().warnings).toEqual([
      expect.stringContaining('GET /webhooks?state=disabled'),
    ]);
    expect((await app.inject('/metrics')).body).toContain('srp_webhooks{state="disabled"} 1');
    const test = await app.inject({ method: 'POST', url: `/webhooks/${id}/test` });
    expect([test.statusCode, test.json().code]).toEqual([409, 'webhook-disabled']);

    to.answerWith(204);
    const enable = () => app.inject({ method: 'POST', url: `/webhooks/${id}/enable` });
    expect((await enable()).json()).toMatchObject({ state: 'active', disabledBecause: null });
    expect((await enable()).statusCode).toBe(200);
    expect(await eventsOf('webhook.enabled')).toHaveLength(1);
    await stop(app);
    await deliver();
    expect(to.received).toHaveLength(11);
    expect((await app.inject('/health/ready')).json().warnings).toBeUndefined();
  });

  it('is not disabled if it accepted anything in the meantime', async () => {
    const hooks = await hookApp();
    const { app } = hooks;
    const to = await receiver();
    const { id } = await webhookFor(app, to.url, {
      events: ['environment.stopped', 'environment.resumed'],
    });
    await stop(app);
    let accepted = false;
    to.answer((request, response) => {
      const isFirst = request.headers['webhook-id'] === to.received[0]?.headers['webhook-id'];
      accepted ||= !isFirst;
      response.writeHead(isFirst ? 500 : 204).end();
    });
    await hooks.deliver();
    await stop(app);
    await failAll(hooks);
    expect(accepted).toBe(true);
    expect(await deliveriesOf(app, id)).toMatchObject([
      { state: 'delivered' },
      { state: 'failed', attempts: 10 },
    ]);
    expect(await eventsOf('webhook.delivery-failed')).toHaveLength(1);
    expect(await eventsOf('webhook.disabled')).toEqual([]);
  });
});

describe('a receiver that answers 410', () => {
  it('is disabled at once, and what waits is sent when it is enabled', async () => {
    const hooks = await hookApp();
    const { app, deliver } = hooks;
    const to = await receiver();
    const { id } = await webhookFor(app, to.url);
    to.answerWith(500);
    await stop(app);
    await deliver();
    to.answerWith(410);
    await stop(app);
    await deliver();
    expect((await app.inject(`/webhooks/${id}`)).json()).toMatchObject({
      state: 'disabled',
      disabledBecause: 'gone',
    });
    expect((await eventsOf('webhook.disabled')).map(({ data }) => JSON.parse(data))).toEqual([
      { because: 'gone', row: expect.any(String) },
    ]);
    expect(await attemptsTotal(hooks, 'gone')).toBe(1);
    await letTimePass();
    await deliver();
    expect(to.received).toHaveLength(2);
    to.answerWith(204);
    await app.inject({ method: 'POST', url: `/webhooks/${id}/enable` });
    await deliver();
    expect(to.received).toHaveLength(3);
    expect(await deliveriesOf(app, id)).toMatchObject([
      { state: 'failed' },
      { state: 'delivered' },
    ]);
  });
});

describe('an address that is not allowed', () => {
  it.each([
    ['127.0.0.1'],
    ['10.1.2.3'],
    ['192.168.0.1'],
    ['169.254.169.254'],
    ['0.0.0.0'],
    ['::1'],
    ['fd00::1'],
    ['fe80::1'],
    ['::ffff:127.0.0.1'],
    ['::ffff:10.0.0.1'],
    ['64:ff9b::7f00:1'],
    ['8.8.8.8', '127.0.0.1'],
  ])('is refused when a name leads to it: %s', async (...addresses: string[]) => {
    const looked: string[] = [];
    const { app, deliver } = await hookApp({
      resolve: async (name) => {
        looked.push(name);
        return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
      },
    });
    const to = await receiver();
    const { id } = await webhookFor(app, `https://hooks.example.org:${to.port}/hook`);
    await stop(app);
    await deliver();
    expect(looked).toEqual(['hooks.example.org']);
    expect(to.received).toEqual([]);
    expect(await deliveriesOf(app, id)).toMatchObject([
      { state: 'pending', lastStatus: null, lastError: 'ADDRESS_NOT_ALLOWED' },
    ]);
  });

  it('is used if the operator lists the name, at the address that was checked', async () => {
    let lookups = 0;
    const { app, deliver } = await hookApp({
      env: { WEBHOOK_PRIVATE_HOSTS: 'localhost' },
      resolve: async () => {
        lookups += 1;
        return [{ address: lookups === 1 ? '127.0.0.1' : '192.0.2.1', family: 4 }];
      },
    });
    const to = await receiver();
    await webhookFor(app, `http://localhost:${to.port}/hook`);
    await stop(app);
    await deliver();
    expect([lookups, to.received.length]).toEqual([1, 1]);
  });

  it('is refused as soon as the operator does not list the host any more', async () => {
    const before = await hookApp();
    const to = await receiver();
    const { id } = await webhookFor(before.app, to.url);
    const { app, deliver } = await hookApp({
      env: { WEBHOOK_PRIVATE_HOSTS: '' },
      keysFolder: before.folder,
    });
    await stop(app);
    await deliver();
    expect(to.received).toEqual([]);
    expect(await deliveriesOf(app, id)).toMatchObject([{ lastError: 'ADDRESS_NOT_ALLOWED' }]);
  });
});
