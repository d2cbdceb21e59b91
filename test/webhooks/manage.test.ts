import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Scope } from '../../src/access/scopes.js';
import { buildTestApp } from '../support/app.js';
import { giveToken, type Holder } from '../support/callers.js';
import { serverDatabaseUrl, sql } from '../support/database.js';
import { faultsOf, tamper } from '../support/log.js';
import type { LogLine } from '../support/logged.js';
import { expectProblem, nextPage, pointers } from '../support/requests.js';
import { type HookApp, hookApp, postWebhook, receiver, webhookFor } from '../support/webhooks.js';

const URL_ = 'https://hooks.example.org/srp';
const BODY = { url: URL_, events: ['environment.stopped', 'approval.requested'] };

let hooks: HookApp;
let admin: Holder;
beforeEach(async () => {
  hooks = await hookApp({ env: { AUTH_MODE: 'token' } });
  admin = await giveToken();
  for (const name of ['Shop', 'Bank']) {
    await hooks.app.inject({
      method: 'POST',
      url: '/projects',
      payload: { name },
      headers: admin.headers,
    });
  }
});

const create = (body: object, { headers }: Holder = admin) => postWebhook(hooks.app, body, headers);
const call = (method: 'GET' | 'POST' | 'DELETE', url: string, { headers }: Holder = admin) =>
  hooks.app.inject({ method, url, headers });

describe('POST /webhooks: 201', () => {
  it('returns the webhook with its secret, which no other answer, row or event has', async () => {
    const response = await create({ ...BODY, description: '  For the chat ', projects: [2] });
    expect(response.statusCode, response.body).toBe(201);
    const { secret, ...webhook } = response.json();
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(response.headers).toMatchObject({
      location: `/webhooks/${webhook.id}`,
      'cache-control': 'no-store',
    });
    expect(webhook).toEqual({
      id: expect.any(String),
      ...BODY,
      description: 'For the chat',
      projects: [2],
      state: 'active',
      createdAt: expect.any(String),
      createdBy: 'alice',
      rotatedAt: null,
      rotatedBy: null,
      disabledAt: null,
      disabledBecause: null,
      revokedAt: null,
      revokedBy: null,
    });
    const shown = await call('GET', `/webhooks/${webhook.id}`);
    expect(shown.json()).toEqual(webhook);
    expect((await call('GET', '/webhooks')).json()).toEqual([webhook]);
    const all = await Promise.all(
      ['webhooks', 'webhook_deliveries', 'events', 'log_queue', 'idempotency_keys'].map((table) =>
        sql<{ row: string }>(`SELECT to_jsonb(t)::text AS row FROM ${table} t`),
      ),
    );
    const stored = JSON.stringify(all);
    const bytes = Buffer.from(secret.slice(6), 'base64');
    for (const form of [secret, secret.slice(6), bytes.toString('hex')]) {
      expect(stored).not.toContain(form);
    }
    const [event] = await sql<{ data: string }>(
      `SELECT data FROM events WHERE type = 'webhook.created'`,
    );
    expect(JSON.parse(event?.data ?? '')).toEqual({
      origin: 'https://hooks.example.org',
      row: expect.any(String),
      urlSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      events: BODY.events,
      projects: [2],
    });
    expect(event?.data).not.toContain('/srp');
  });

  it.each(['http://127.0.0.1:8080/x', 'http://localhost/x', 'https://127.0.0.1/x'])(
    'accepts %s, because the operator lists its host',
    async (url) => {
      expect((await create({ ...BODY, url })).statusCode).toBe(201);
    },
  );

  it('does not log the secret, the path of the URL, or the body', async () => {
    const lines: LogLine[] = [];
    const { app, folder, deliver } = await hookApp({ lines, env: { LOG_FORMAT: 'json' } });
    const to = await receiver();
    const { secret } = await webhookFor(app, `${to.url}?token=hidden`);
    to.answerWith(500);
    await app.inject({
      method: 'POST',
      url: '/environments/production/stop',
      payload: { reason: 'Payments fail' },
    });
    await deliver();
    expect(to.received).toHaveLength(1);
    const key = (await readFile(join(folder, 'webhooks.key'), 'utf8')).trim();
    const text = JSON.stringify(lines);
    expect(text).toContain('a webhook was not accepted');
    for (const hidden of [secret, secret.slice(6), key, 'hidden', '/hook', 'Payments fail']) {
      expect(text).not.toContain(hidden);
    }
  });
});

describe('POST /webhooks: 400', () => {
  it.each<[object, string]>([
    [{ url: 'http://hooks.example.org/x' }, '/url'],
    [{ url: 'http://10.0.0.1/x' }, '/url'],
    [{ url: 'https://10.0.0.1/x' }, '/url'],
    [{ url: 'https://192.168.1.1/x' }, '/url'],
    [{ url: 'https://169.254.169.254/latest' }, '/url'],
    [{ url: 'https://0x0a.1/x' }, '/url'],
    [{ url: 'https://167772161/x' }, '/url'],
    [{ url: 'https://[::1]/x' }, '/url'],
    [{ url: 'https://[fd00::1]/x' }, '/url'],
    [{ url: 'https://[::ffff:10.0.0.1]/x' }, '/url'],
    [{ url: 'https://[::]/x' }, '/url'],
    [{ url: 'https://app.localhost/x' }, '/url'],
    [{ url: 'http://127.0.0.2/x' }, '/url'],
    [{ url: 'https://user:pw@hooks.example.org/x' }, '/url'],
    [{ url: 'https://hooks.example.org/x#y' }, '/url'],
    [{ url: 'https://1.2.3.999/x' }, '/url'],
    [{ url: 'ftp://hooks.example.org/x' }, '/url'],
    [{ url: 'https://hooks.example.org/a b' }, '/url'],
    [{ url: `https://hooks.example.org/${'x'.repeat(2000)}` }, '/url'],
    [{ url: null }, '/url'],
    [{ events: [] }, '/events'],
    [{ events: ['release.created'] }, '/events/0'],
    [{ events: ['*'] }, '/events/0'],
    [{ events: ['environment.stopped', 'environment.stopped'] }, '/events'],
    [{ events: 'environment.stopped' }, '/events'],
    [{ projects: [] }, '/projects'],
    [{ projects: [7] }, '/projects/0'],
    [{ projects: ['1'] }, '/projects/0'],
    [{ description: 'a\nb' }, '/description'],
    [{ secret: 'whsec_mine' }, '/secret'],
  ])('%j', async (change, pointer) => {
    const problem = expectProblem(await create({ ...BODY, ...change }), 400, 'validation-failed');
    expect([...new Set(pointers(problem))]).toEqual([pointer]);
    expect(await sql('SELECT 1 FROM webhooks')).toEqual([]);
  });
});

describe('POST /webhooks: 403', () => {
  const holder = (scopes: Scope[], projects: number[] | null = null) =>
    giveToken({ subject: 'bob', scopes: ['webhooks:write', ...scopes], projects });

  it.each<[what: string, scopes: Scope[], own: number[] | null, body: object]>([
    ['no scope to read events', ['approvals:read'], null, { events: ['approval.requested'] }],
    ['no scope to read approvals', ['events:read'], null, { events: ['approval.requested'] }],
    [
      'no scope to read environments',
      ['events:read', 'approvals:read'],
      null,
      { events: ['environment.stopped'], projects: [1] },
    ],
    [
      'another project',
      ['events:read', 'approvals:read'],
      [1],
      { events: ['approval.requested'], projects: [2] },
    ],
    [
      'all projects for a caller who is bound',
      ['events:read', 'approvals:read'],
      [1],
      { events: ['approval.requested'] },
    ],
    [
      'deployments with the scope for approvals alone',
      ['events:read', 'approvals:read'],
      [1],
      { events: ['approval.requested', 'deployment.unauthorized'], projects: [1] },
    ],
  ])('%s', async (_what, scopes, own, body) => {
    const response = await create({ ...BODY, ...body }, await holder(scopes, own));
    expectProblem(response, 403, 'rights-exceeded');
    expect(await sql('SELECT 1 FROM webhooks')).toEqual([]);
  });

  it('but 201 for what the caller may read', async () => {
    const bob = await holder(['events:read', 'approvals:read'], [1]);
    const body = { ...BODY, events: ['approval.requested'], projects: [1] };
    expect((await create(body, bob)).statusCode).toBe(201);
  });
});

describe('a caller who is bound to projects', () => {
  it('reaches the webhooks of these projects alone', async () => {
    const ids: string[] = [];
    for (const [at, projects] of [null, [1], [1, 2], [2]].entries()) {
      ids.push((await create({ ...BODY, url: `${URL_}/${at}`, projects })).json().id);
    }
    const scopes: Scope[] = ['webhooks:read', 'webhooks:write'];
    const bound = await giveToken({ subject: 'bob', scopes, projects: [1] });
    const list = await call('GET', '/webhooks', bound);
    expect(list.json().map(({ id }: { id: string }) => id)).toEqual([ids[1]]);
    for (const id of [ids[0], ids[2], ids[3]]) {
      for (const [method, path] of [
        ['GET', ''],
        ['GET', '/deliveries'],
        ['DELETE', ''],
        ['POST', '/rotate-secret'],
        ['POST', '/enable'],
        ['POST', '/test'],
        ['POST', `/deliveries/${id}/retry`],
      ] as const) {
        const response = await call(method, `/webhooks/${id}${path}`, bound);
        expectProblem(response, 404, 'webhook-not-found');
      }
    }
    expect((await call('POST', `/webhooks/${ids[1]}/test`, bound)).statusCode).toBe(202);
  });

  it('needs the scope of each call', async () => {
    const { id } = (await create(BODY)).json();
    const reader = await giveToken({ subject: 'bob', scopes: ['webhooks:read'] });
    for (const path of ['/rotate-secret', '/enable', '/test']) {
      const response = await call('POST', `/webhooks/${id}${path}`, reader);
      expectProblem(response, 403, 'insufficient-scope');
    }
    const writer = await giveToken({ subject: 'bob', scopes: ['webhooks:write'] });
    expectProblem(await call('GET', '/webhooks', writer), 403, 'insufficient-scope');
  });
});

describe('GET and DELETE', () => {
  it('list webhooks in pages by state, and revoke one', async () => {
    const ids: string[] = [];
    for (const path of ['a', 'b', 'c']) {
      ids.push((await create({ ...BODY, url: `https://hooks.example.org/${path}` })).json().id);
    }
    const [a = '', b, c] = ids;
    const revoked = await call('DELETE', `/webhooks/${a}`);
    expect(revoked.statusCode, revoked.body).toBe(204);
    const page = await call('GET', '/webhooks?limit=1');
    expect(page.json()[0].id).toBe(b);
    const next = await call('GET', nextPage(page) ?? '');
    expect(next.json()[0].id).toBe(c);
    expect(nextPage(next)).toBeUndefined();
    const [old] = (await call('GET', '/webhooks?state=revoked')).json();
    expect(old).toMatchObject({ id: a, state: 'revoked', revokedBy: 'alice' });
    expect((await call('GET', '/webhooks?state=all')).json()).toHaveLength(3);
    expect((await call('GET', '/webhooks?state=disabled')).json()).toEqual([]);
    for (const response of [
      await call('GET', `/webhooks/${a}`),
      await call('DELETE', `/webhooks/${a}`),
      await call('POST', `/webhooks/${a}/enable`),
      await call('POST', `/webhooks/${a}/rotate-secret`),
    ]) {
      expectProblem(response, 404, 'webhook-not-found');
    }
    expectProblem(
      await call('POST', `/webhooks/${b}/deliveries/${a}/retry`),
      404,
      'delivery-not-found',
    );
    const types = await sql<{ type: string }>(
      `SELECT type FROM events WHERE subject_kind = 'webhook' AND subject_id = $1 ORDER BY id`,
      [a],
    );
    expect(types.map(({ type }) => type)).toEqual(['webhook.created', 'webhook.revoked']);
  });

  it('422: at most 50 that are not revoked', async () => {
    await sql(
      `INSERT INTO webhooks (url, events, every_project, project_ids, key_id, salt, created_by)
       SELECT 'https://hooks.example.org/' || n, ARRAY['environment.stopped'], true, '{}', 'x', sha256('x'), 'test'
         FROM generate_series(1, 49) n`,
    );
    const responses = await Promise.all(
      [1, 2, 3].map((n) => create({ ...BODY, url: `${URL_}/${n}` })),
    );
    expect(responses.map(({ statusCode }) => statusCode).sort()).toEqual([201, 422, 422]);
  });

  it('422: at most 20 of one caller, under all of its names', async () => {
    const alias = await giveToken({ subject: 'Alice Example' });
    const payload = { alias: 'Alice Example' };
    const link = { method: 'POST', url: '/identities/alice/links', payload } as const;
    await hooks.app.inject({ ...link, headers: admin.headers });
    await sql(
      `INSERT INTO webhooks (url, events, every_project, project_ids, key_id, salt, created_by)
       SELECT 'https://hooks.example.org/' || n, ARRAY['environment.stopped'], true, '{}', 'x', sha256('x'),
              CASE WHEN n < 10 THEN 'ALICE' ELSE 'Alice Example' END FROM generate_series(1, 20) n`,
    );
    for (const holder of [admin, alias]) {
      const problem = expectProblem(await create(BODY, holder), 422, 'quota-exceeded');
      expect(problem.detail).toMatch(
        /^alice created 20 webhooks, which is the maximum of a caller/,
      );
    }
    expect((await create(BODY, await giveToken({ subject: 'bob' }))).statusCode).toBe(201);
  });

  it('409: one with the same URL, the same events in any order, and a project in common', async () => {
    const { id } = (await create({ ...BODY, projects: [1] })).json();
    const events = [...BODY.events].reverse();
    for (const projects of [[1], [1, 2], null]) {
      const problem = expectProblem(
        await create({ ...BODY, events, projects }),
        409,
        'webhook-exists',
      );
      expect(problem.detail).toContain(`Use it: GET /webhooks/${id}`);
    }
    for (const other of [
      { projects: [2] },
      { projects: [1], events: ['environment.stopped'] },
      { projects: [1], url: `${URL_}/2` },
    ]) {
      expect((await create({ ...BODY, ...other })).statusCode).toBe(201);
    }
    // Webhooks that a caller does not reach do not exist for it.
    const body = { ...BODY, events: ['approval.requested'], url: `${URL_}/3` };
    expect((await create(body)).statusCode).toBe(201);
    const bound = await giveToken({ subject: 'bob', projects: [2] });
    expect((await create({ ...body, projects: [2] }, bound)).statusCode).toBe(201);
    await call('DELETE', `/webhooks/${id}`);
    expect((await create({ ...BODY, projects: [1] })).statusCode).toBe(201);
  });

  it('400: an event of no project for a webhook of some projects', async () => {
    const events = ['approval.given', 'webhook.disabled', 'environment.stopped'];
    const problem = expectProblem(
      await create({ ...BODY, events, projects: [1] }),
      400,
      'validation-failed',
    );
    expect(pointers(problem)).toEqual(['/events/1']);
    expect(JSON.stringify(problem.errors)).toContain('would never be told of it');
    expect((await create({ ...BODY, events })).statusCode).toBe(201);
  });
});

describe('the caller who created a webhook', () => {
  const identity = (name: string, act: 'disable' | 'enable') =>
    call('POST', `/identities/${name}/${act}`);

  it('is found by createdBy, and when it is disabled, so are its webhooks', async () => {
    const bob = await giveToken({ subject: 'bob' });
    const mine = (await create(BODY)).json().id;
    const { id } = (await create({ ...BODY, url: `${URL_}/bob` }, bob)).json();
    const of = async (name: string) =>
      (await call('GET', `/webhooks?createdBy=${name}`))
        .json()
        .map((one: { id: string }) => one.id);
    expect([await of('bob'), await of('alice'), await of('carol')]).toEqual([[id], [mine], []]);
    expect((await identity('bob', 'disable')).statusCode).toBe(200);
    expect((await call('GET', '/webhooks?state=disabled')).json()).toMatchObject([
      { id, disabledBecause: 'creator-disabled' },
    ]);
    const [event] = await sql<{ data: string }>(
      `SELECT data FROM events WHERE type = 'webhook.disabled'`,
    );
    expect(JSON.parse(event?.data ?? '')).toMatchObject({ because: 'creator-disabled' });
    expect((await faultsOf(undefined)).filter((text) => /webhook/.test(text))).toEqual([]);
    await identity('bob', 'enable');
    expect((await call('GET', `/webhooks/${id}`)).json().state).toBe('disabled');
    expect((await call('POST', `/webhooks/${id}/enable`)).json().state).toBe('active');
  });

  it('is replaced by who enables them: that caller must be allowed to read what is sent', async () => {
    const bob = await giveToken({ subject: 'bob' });
    const { id } = (await create(BODY, bob)).json();
    await identity('bob', 'disable');
    const writer = await giveToken({ subject: 'carol', scopes: ['webhooks:write'] });
    const enable = (holder: Holder) => call('POST', `/webhooks/${id}/enable`, holder);
    const problem = expectProblem(await enable(writer), 403, 'rights-exceeded');
    expect(problem.detail).toContain('events:read');
    expect((await enable(admin)).json()).toMatchObject({ state: 'active', disabledBecause: null });
    // A secret tells nothing of events, so its rotation needs the scope and the projects alone.
    expect((await call('POST', `/webhooks/${id}/rotate-secret`, writer)).statusCode).toBe(200);
    const bound = await giveToken({ subject: 'dave', scopes: ['webhooks:write'], projects: [1] });
    const refused = await call('POST', `/webhooks/${id}/rotate-secret`, bound);
    expectProblem(refused, 404, 'webhook-not-found');
  });
});

describe('a server without a folder for keys', () => {
  it('409: makes no webhook', async () => {
    const app = await buildTestApp(serverDatabaseUrl());
    try {
      expectProblem(await postWebhook(app, BODY), 409, 'webhooks-off');
      expect((await app.inject('/webhooks')).json()).toEqual([]);
    } finally {
      await app.close();
    }
  });
});

describe('the table of webhooks', () => {
  it.each([
    `url = 'https://evil.example.org/'`,
    `events = ARRAY['approval.given']`,
    `project_ids = '{1}', every_project = false`,
    `created_by = 'eve'`,
    `description = 'x'`,
  ])('refuses SET %s', async (change) => {
    await create(BODY);
    await expect(sql(`UPDATE webhooks SET ${change}`)).rejects.toThrow('never changed');
  });

  it('refuses to change a revoked one, to delete one, and an empty list of projects', async () => {
    const { id } = (await create({ ...BODY, projects: [1] })).json();
    await expect(sql(`UPDATE webhooks SET project_ids = '{}'`)).rejects.toThrow();
    await expect(sql('DELETE FROM webhooks')).rejects.toThrow();
    await expect(sql('TRUNCATE webhooks CASCADE')).rejects.toThrow();
    await call('DELETE', `/webhooks/${id}`);
    await expect(sql('UPDATE webhooks SET revoked_at = NULL, revoked_by = NULL')).rejects.toThrow(
      'never changed',
    );
  });

  it('is compared with its events by npm run log -- verify', async () => {
    const { id } = (await create(BODY)).json();
    const { id: other } = (await create({ ...BODY, url: `${URL_}/2`, projects: [1] })).json();
    await call('POST', `/webhooks/${id}/rotate-secret`);
    await call('DELETE', `/webhooks/${other}`);
    const about = async () => (await faultsOf(undefined)).filter((text) => /webhook/.test(text));
    expect(await about()).toEqual([]);
    const differs = [`webhook ${id}: it differs from its events`];
    for (const [change, back] of [
      [`url = 'https://evil.example.org/'`, `url = '${URL_}'`],
      [`events = events || 'approval.given'::text`, `events = events[1:2]`],
      [`every_project = false, project_ids = '{2}'`, `every_project = true, project_ids = '{}'`],
      [`rotated_by = 'eve'`, `rotated_by = 'alice'`],
      [
        `disabled_at = now(), disabled_because = 'gone'`,
        `disabled_at = NULL, disabled_because = NULL`,
      ],
      [`revoked_at = now(), revoked_by = 'eve'`, 'revoked_at = NULL, revoked_by = NULL'],
    ]) {
      await tamper(`UPDATE webhooks SET ${change} WHERE id = '${id}'`);
      expect(await about(), change).toEqual(differs);
      await tamper(`UPDATE webhooks SET ${back} WHERE id = '${id}'`);
    }
    expect(await about()).toEqual([]);
    await tamper(
      `INSERT INTO webhooks (url, events, every_project, project_ids, key_id, salt, created_by)
       VALUES ('https://evil.example.org/', ARRAY['approval.given'], true, '{}', 'x', sha256('x'), 'eve')`,
    );
    expect(await about()).toEqual([expect.stringContaining('it was added, no event knows it')]);
  });
});
