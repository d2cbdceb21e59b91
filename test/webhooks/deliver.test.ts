import { describe, expect, it } from 'vitest';
import { TOLD } from '../../src/features/webhooks/told.js';
import { guardAsking, person, say } from '../support/approvals.js';
import { holdTransaction, sql } from '../support/database.js';
import { postStop } from '../support/line.js';
import { COMMIT, createRelease } from '../support/releases.js';
import { createProject } from '../support/requests.js';
import {
  deliveriesOf,
  hookApp,
  letTimePass,
  receiver,
  verified,
  webhookFor,
} from '../support/webhooks.js';

const stop = async (app: Parameters<typeof postStop>[0], body: object = {}) => {
  const response = await postStop(app, body);
  expect(response.statusCode, response.body).toBe(201);
  return response.json();
};

describe('a delivery', () => {
  it('is signed, has the id of its event, and says what happened with ids and links', async () => {
    const { app, deliver } = await hookApp();
    const to = await receiver();
    const { secret, id } = await webhookFor(app, to.url);
    const stopped = await stop(app);
    await deliver();
    const [first] = to.received;
    if (!first) throw new Error('nothing was received');
    const [event] = await sql<{ id: string; time: Date }>(
      `SELECT id, time FROM events WHERE type = 'environment.stopped'`,
    );
    expect(verified(first, secret)).toEqual({
      type: 'environment.stopped',
      timestamp: event?.time.toISOString(),
      data: {
        event: event?.id,
        subject: { kind: 'stop', id: stopped.id },
        project: null,
        release: null,
        actor: 'anonymous',
        details: { environment: 'production', projects: null, rollbacks: true },
        links: {
          event: `https://srp.example.org/events/${event?.id}`,
          environment: 'https://srp.example.org/environments/production/status',
          subject: 'https://srp.example.org/environments/production/stops?state=all',
        },
      },
    });
    expect(first).toMatchObject({
      path: '/hook',
      headers: {
        'webhook-id': event?.id,
        'content-type': 'application/json',
        'user-agent': 'secure-release-platform',
      },
    });
    expect(first.body).not.toContain('Payments fail');
    expect(await deliveriesOf(app, id)).toEqual([
      {
        id: event?.id,
        type: 'environment.stopped',
        state: 'delivered',
        attempts: 1,
        createdAt: expect.any(String),
        lastAttemptAt: expect.any(String),
        lastStatus: 204,
        lastError: null,
        nextAttemptAt: null,
        endedAt: expect.any(String),
      },
    ]);
    await deliver();
    expect(to.received).toHaveLength(1);
  });

  it('has paths as links without PUBLIC_URL', async () => {
    const { app, deliver } = await hookApp({ env: { PUBLIC_URL: '' } });
    const to = await receiver();
    await webhookFor(app, to.url);
    await stop(app);
    await deliver();
    expect(to.payloads()[0]?.data.links.environment).toBe('/environments/production/status');
  });

  it('of approvals names project, release and brief', async () => {
    const { app, deliver } = await hookApp({ env: { AUTH_MODE: 'token' } });
    const { headers } = await person('admin');
    const to = await receiver();
    const events = ['approval.requested', 'approval.rejected', 'approval.given'];
    await webhookFor(app, to.url, { events }, headers);
    const as = (method: 'POST', url: string, payload: object) =>
      app.inject({ method, url, payload, headers });
    await as('POST', '/projects', { name: 'Shop' });
    const release = await createRelease(app, { projectId: 1, commit: COMMIT, headers });
    await as('POST', '/policies', {
      name: 'people',
      rules: [{ rule: 'approvals', mode: 'block' }],
    });
    await as('POST', '/environments', { name: 'gate', rank: 1, policies: [{ name: 'people' }] });
    const denied = await app.inject({
      url: '/assert',
      query: { release: release.id, environment: 'gate' },
      headers,
    });
    expect(denied.statusCode).toBe(409);
    await say(app, release.id, await person('bob'), {
      decision: 'reject',
      reason: 'A secret reason',
    });
    await deliver();
    const payloads = to.payloads();
    expect(payloads.map(({ type }) => type).sort()).toEqual([
      'approval.rejected',
      'approval.requested',
    ]);
    const rejected = payloads.find(({ type }) => type === 'approval.rejected');
    expect(rejected?.data).toMatchObject({
      subject: { kind: 'approval' },
      project: { id: 1, name: 'Shop' },
      release: { id: release.id, version: '1.0.0' },
      actor: 'bob',
      details: { environment: 'gate', via: 'token' },
      links: {
        release: `https://srp.example.org/releases/${release.id}`,
        brief: `https://srp.example.org/releases/${release.id}/decision-brief?environment=gate`,
      },
    });
    expect(JSON.stringify(payloads)).not.toContain('A secret reason');
  });

  it('is queued for each type that a webhook can name, by the trigger', async () => {
    const { app } = await hookApp();
    const { id } = await webhookFor(app, 'https://hooks.example.org/', { events: TOLD });
    await sql(
      `INSERT INTO events (type, subject_kind, subject_id, actor, data)
       SELECT type, 'project', '1', 'test', '{}' FROM unnest($1::text[]) type`,
      [[...TOLD, 'release.created', 'verdict.decided', 'webhook.created', 'approval.unknown']],
    );
    const queued = (await deliveriesOf(app, id)).map(({ type }) => type);
    expect(queued.sort()).toEqual([...TOLD].sort());
    expect(TOLD.length).toBeGreaterThan(9);
  });

  it('is not made for other types, from before the webhook, or after it was revoked', async () => {
    const { app, deliver } = await hookApp();
    const to = await receiver();
    await stop(app);
    const { id } = await webhookFor(app, to.url, { events: ['environment.resumed'] });
    const other = await webhookFor(app, to.url);
    await app.inject({ method: 'DELETE', url: `/webhooks/${other.id}` });
    await stop(app);
    await deliver();
    expect(to.received).toEqual([]);
    expect(await deliveriesOf(app, id)).toEqual([]);
    expect(await sql('SELECT 1 FROM webhook_deliveries')).toEqual([]);
  });

  it('that waits when its webhook is revoked is not made', async () => {
    const { app, deliver } = await hookApp();
    const to = await receiver();
    const { id } = await webhookFor(app, to.url);
    await stop(app);
    const revoked = await app.inject({ method: 'DELETE', url: `/webhooks/${id}` });
    expect(revoked.statusCode).toBe(204);
    await deliver();
    expect(to.received).toEqual([]);
    expect(await sql('SELECT state, last_error FROM webhook_deliveries')).toEqual([
      { state: 'failed', last_error: 'REVOKED' },
    ]);
  });

  it('of a transaction that commits late is made, although later events were delivered', async () => {
    const { app, deliver } = await hookApp();
    const to = await receiver();
    const { id } = await webhookFor(app, to.url);
    const commit = await holdTransaction(
      `INSERT INTO events (type, subject_kind, subject_id, actor, data)
       VALUES ('environment.stopped', 'stop', 'late', 'test', '{"environment":"staging"}')`,
    );
    await stop(app);
    await deliver();
    expect(to.payloads().map(({ data }) => data.details.environment)).toEqual(['production']);
    await commit('COMMIT');
    await deliver();
    expect(to.payloads().map(({ data }) => data.details.environment)).toEqual([
      'production',
      'staging',
    ]);
    const [first, second] = to.received.map(({ headers }) => String(headers['webhook-id']));
    expect(String(second) < String(first)).toBe(true);
    expect(await deliveriesOf(app, id, { state: 'delivered' })).toHaveLength(2);
  });

  it('of an event that was erased is given up', async () => {
    const { app, deliver } = await hookApp();
    const to = await receiver();
    const { id } = await webhookFor(app, to.url);
    await stop(app);
    await sql(`UPDATE events SET subject_id = 'erased', actor = 'erased', credential = NULL, request_id = NULL,
                 data = '{"erased":true}' WHERE type = 'environment.stopped'`);
    await deliver();
    expect(to.received).toEqual([]);
    expect(await deliveriesOf(app, id)).toMatchObject([{ state: 'failed', lastError: 'ERASED' }]);
  });
});

describe('projects of a webhook', () => {
  it('decide which events it is told of, also of stopped lines', async () => {
    const { app, deliver } = await hookApp();
    const shop = await createProject(app, { name: 'Shop' });
    const bank = await createProject(app, { name: 'Bank' });
    const [all, first, second] = [await receiver(), await receiver(), await receiver()];
    const events = ['environment.stopped', 'environment.resumed', 'deployment.unauthorized'];
    await webhookFor(app, all.url, { events });
    await webhookFor(app, first.url, { events, projects: [shop.id] });
    await webhookFor(app, second.url, { events, projects: [bank.id] });
    await guardAsking(app);
    const release = await createRelease(app, { projectId: shop.id });
    const deployed = await app.inject({
      method: 'POST',
      url: '/environments/gate/deployments',
      payload: { releaseId: release.id },
    });
    expect(deployed.json().authorization).toBe('unauthorized');
    await stop(app, { projects: [bank.id] });
    await stop(app, { projects: [shop.id, bank.id] });
    await stop(app);
    await deliver();
    const got = (to: typeof all) =>
      to
        .payloads()
        .map(({ type, data }) => `${type} ${JSON.stringify(data.details.projects ?? null)}`)
        .sort();
    expect(got(all)).toEqual([
      'deployment.unauthorized null',
      'environment.stopped [1,2]',
      'environment.stopped [2]',
      'environment.stopped null',
    ]);
    expect(got(first)).toEqual([
      'deployment.unauthorized null',
      'environment.stopped [1]', // the other project is not named
      'environment.stopped null',
    ]);
    expect(got(second)).toEqual([
      'environment.stopped [2]',
      'environment.stopped [2]',
      'environment.stopped null',
    ]);
  });

  it('also decide about resumed lines, whose event names no project', async () => {
    const { app, deliver } = await hookApp({ env: { AUTH_MODE: 'token' } });
    const { headers } = await person('admin');
    for (const name of ['Shop', 'Bank']) {
      await app.inject({ method: 'POST', url: '/projects', payload: { name }, headers });
    }
    const [first, second] = [await receiver(), await receiver()];
    const events = ['environment.resumed'];
    await webhookFor(app, first.url, { events, projects: [1] }, headers);
    await webhookFor(app, second.url, { events, projects: [2] }, headers);
    await postStop(app, { projects: [2] }, 'production', headers);
    const resumed = await app.inject({
      method: 'POST',
      url: '/environments/production/resume',
      payload: { reason: 'Fixed' },
      headers,
    });
    expect(resumed.statusCode, resumed.body).toBe(200);
    await deliver();
    expect(first.received).toEqual([]);
    expect(second.payloads()).toMatchObject([
      { type: 'environment.resumed', data: { details: { environment: 'production' } } },
    ]);
  });
});

describe('POST /webhooks/{id}/test', () => {
  it('202: sends a test to this webhook alone, although none names the type', async () => {
    const { app, deliver } = await hookApp();
    const [to, other] = [await receiver(), await receiver()];
    const { id, secret } = await webhookFor(app, to.url);
    await webhookFor(app, other.url);
    const response = await app.inject({ method: 'POST', url: `/webhooks/${id}/test` });
    expect(response.statusCode, response.body).toBe(202);
    expect(response.json()).toMatchObject({
      type: 'webhook.tested',
      state: 'pending',
      attempts: 0,
    });
    await deliver();
    expect(other.received).toEqual([]);
    const [first] = to.received;
    expect(first && verified(first, secret)).toMatchObject({
      type: 'webhook.tested',
      data: { subject: { kind: 'webhook', id }, links: { webhook: expect.stringContaining(id) } },
    });
  });
});

describe('POST /webhooks/{id}/rotate-secret', () => {
  it('200: signs with both secrets for a day, and then with the new one alone', async () => {
    const { app, deliver } = await hookApp();
    const to = await receiver();
    const { id, secret } = await webhookFor(app, to.url);
    const response = await app.inject({ method: 'POST', url: `/webhooks/${id}/rotate-secret` });
    expect(response.statusCode, response.body).toBe(200);
    expect(response.headers['cache-control']).toBe('no-store');
    const rotated = response.json();
    expect(rotated.secret).toMatch(/^whsec_/);
    expect(rotated.secret).not.toBe(secret);
    await stop(app);
    await deliver();
    await sql(`UPDATE webhooks SET rotated_at = rotated_at - interval '24 hours'`);
    await stop(app);
    await deliver();
    const [during, after] = to.received;
    if (!during || !after) throw new Error('two are expected');
    for (const one of [secret, rotated.secret]) verified(during, one);
    verified(after, rotated.secret);
    expect(() => verified(after, secret)).toThrow('No matching signature');
  });
});

describe('POST /webhooks/{id}/deliveries/{event}/retry', () => {
  it('200: sends an event again that was delivered, with the same id', async () => {
    const { app, deliver } = await hookApp();
    const to = await receiver();
    const { id } = await webhookFor(app, to.url);
    await stop(app);
    await deliver();
    const [{ id: event } = { id: '' }] = await deliveriesOf(app, id);
    const url = `/webhooks/${id}/deliveries/${event}/retry`;
    const response = await app.inject({ method: 'POST', url });
    expect(response.statusCode, response.body).toBe(200);
    expect(response.json()).toMatchObject({ id: event, state: 'pending', attempts: 0 });
    await deliver();
    expect(to.received.map(({ headers }) => headers['webhook-id'])).toEqual([event, event]);
    expect(await sql(`SELECT data FROM events WHERE type = 'webhook.retried'`)).toEqual([
      { data: JSON.stringify({ event }) },
    ]);
    await letTimePass();
    await deliver();
    expect(to.received).toHaveLength(2);
  });
});
