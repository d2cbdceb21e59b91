import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { execute } from '../setup/databases.js';
import { ask } from '../support/answers.js';
import { createEmptyDatabase } from '../support/database.js';
import { keysFolder } from '../support/log.js';
import { startServer, stop } from '../support/process.js';
import { type Received, receiver, verified } from '../support/webhooks.js';

/** Webhooks of real processes, which start, end and are killed. */
let database: Awaited<ReturnType<typeof createEmptyDatabase>>;
beforeEach(async () => {
  database = await createEmptyDatabase();
});
afterEach(() => database.drop());

const post = (url: string, json: object) => ask(url, { method: 'POST', json });

describe('a server', () => {
  it('sends what one recorded that was killed in the middle of a delivery, and stops cleanly', async () => {
    const env = {
      DATABASE_URL: database.url,
      SIGNING_KEYS_DIR: await keysFolder(),
      WEBHOOK_PRIVATE_HOSTS: '127.0.0.1',
      LOG_LEVEL: 'info',
    };
    const waiting: ServerResponse[] = [];
    const to = await receiver((_request, response) => {
      waiting.push(response);
    });
    const first = await startServer(env);
    const { status, body } = await post(`${first.url}/webhooks`, {
      url: to.url,
      events: ['environment.stopped'],
    });
    expect(status, JSON.stringify(body)).toBe(201);
    await post(`${first.url}/environments/production/stop`, { reason: 'Payments fail' });
    await expect.poll(() => waiting.length).toBe(1);
    expect(await stop(first, 'SIGKILL')).toBe('SIGKILL');

    const servers = [await startServer(env), await startServer(env)];
    // As after a minute.
    await execute(database.url, 'UPDATE webhook_deliveries SET claimed_until = now()');
    await expect.poll(() => to.received.length).toBe(2);
    to.answer((_request, response) => response.writeHead(204).end());
    waiting.at(-1)?.writeHead(204).end();
    const [server] = servers;
    const list = async () =>
      (await (await fetch(`${server?.url}/webhooks/${body.id}/deliveries`)).json()) as object[];
    await expect.poll(list).toMatchObject([{ state: 'delivered', attempts: 2, lastStatus: 204 }]);
    const payloads = to.received.map((one: Received) => verified(one, String(body.secret)));
    expect(payloads[1]).toEqual(payloads[0]);
    expect(to.received).toHaveLength(2);
    await expect
      .poll(async () => (await fetch(`${server?.url}/metrics`)).text())
      .toContain('srp_job_runs_total{name="webhooks",outcome="succeeded"}');
    expect(await Promise.all(servers.map((one) => stop(one)))).toEqual([0, 0]);
    for (const one of servers) expect(one.output()).not.toContain(String(body.secret));
  });
});
