import { describe, expect, it } from 'vitest';
import { Browser, giveGroup, useSignIn } from '../support/browser.js';
import { giveToken, type Holder } from '../support/callers.js';
import { skipElapsed, skipTime } from '../support/clock.js';
import { sql } from '../support/database.js';
import { withoutRow } from '../support/events.js';
import { expectProblem, nextPage } from '../support/requests.js';

const context = useSignIn();
const post = ({ headers }: Holder, url: string, payload?: object) =>
  context.app.inject({ method: 'POST', url, headers, ...(payload && { payload }) });
const get = ({ headers }: Holder, url: string) => context.app.inject({ url, headers });
const pathOf = (subject: string) => `/identities/${encodeURIComponent(subject)}`;

describe('POST /identities/{subject}/disable', () => {
  it('200: ends sessions and tokens under all names, on every instance within 5 s', async () => {
    await giveGroup();
    const admin = await giveToken({ subject: 'admin' });
    const token = await giveToken({ subject: 'Alice' });
    const browser = await context.signedIn();
    const other = await context.second();
    const elsewhere = new Browser(other);
    for (const [name, value] of browser.cookies) elsewhere.cookies.set(name, value);
    await elsewhere.me();
    const byToken = () => other.inject({ url: '/me', headers: token.headers });
    expect((await byToken()).statusCode).toBe(200);
    await post(admin, '/identities/alice/links', { alias: context.login('u1') });

    const disabled = await post(admin, `${pathOf(context.login('u1'))}/disable`);
    expect(disabled.statusCode, disabled.body).toBe(200);
    expect(disabled.json()).toMatchObject({ subject: 'Alice', disabledBy: 'admin' });
    expectProblem(await elsewhere.send({ url: '/me' }), 401, 'unauthenticated');
    skipTime(5000);
    skipElapsed(5000);
    expectProblem(await byToken(), 401, 'unauthenticated');
    await other.close();

    const events = await sql<{ type: string; data: string }>(
      `SELECT type, data FROM events WHERE type ~ 'disabled|signed-out|revoked' ORDER BY type`,
    );
    expect(events.map(({ type, data }) => [type, withoutRow(data)])).toEqual([
      [
        'identity.disabled',
        { subject: 'Alice', aliases: [context.login('u1')], sessions: 1, tokens: 1 },
      ],
      ['session.signed-out', { subject: context.login('u1'), reason: 'disabled' }],
      ['token.revoked', { subject: 'Alice' }],
    ]);
    expect((await post(admin, `${pathOf('alice')}/disable`)).json()).toEqual(disabled.json());
  });

  it('refuses the next sign-in, which is recorded, and a new token', async () => {
    const admin = await giveToken({ subject: 'admin' });
    await context.signedIn();
    await post(admin, `${pathOf(context.login('u1'))}/disable`);
    const browser = context.browser();
    const address = await browser.begin();
    const callback = context.provider.authorize(address, { sub: 'u1', groups: ['developers'] });
    const problem = expectProblem(await browser.finish(callback), 403, 'sign-in-refused');
    expect(problem.detail).toContain('disabled');
    const [event] = await sql<{ data: string }>(
      `SELECT data FROM events WHERE type = 'session.refused'`,
    );
    expect(JSON.parse(event?.data ?? '')).toMatchObject({ reason: 'disabled' });

    await giveToken({ subject: 'bob' });
    await post(admin, '/identities/bob/disable');
    const body = { name: 'again', subject: 'BOB', scopes: ['projects:read'] };
    expectProblem(await post(admin, '/tokens', body), 409, 'identity-disabled');
    const alias = 'https://idp.example|7';
    expectProblem(await post(admin, '/identities/bob/links', { alias }), 409, 'identity-disabled');
  });

  it('refuses a token that was written beside the API, and those of pipelines', async () => {
    const admin = await giveToken({ subject: 'admin' });
    await giveToken({ subject: 'bob' });
    await post(admin, '/identities/bob/disable');
    const problem = expectProblem(
      await get(await giveToken({ subject: 'bob' }), '/me'),
      401,
      'unauthenticated',
    );
    expect(problem.detail).toBe('The identity is disabled');
    const pipeline = 'https://ci.example.org|repo:acme/payments';
    expect((await post(admin, `${pathOf(pipeline)}/disable`)).json().subject).toBe(pipeline);
  });

  it('404: a subject that nothing is known of', async () => {
    const admin = await giveToken();
    for (const name of ['nobody', '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e', 'ftp://x|y']) {
      const response = await post(admin, `${pathOf(name)}/disable`);
      expectProblem(response, 404, 'identity-not-found');
    }
  });
});

describe('POST /identities/{subject}/enable', () => {
  it('200: lets the person in again. Sessions and tokens stay ended', async () => {
    await giveGroup();
    const admin = await giveToken({ subject: 'admin' });
    const token = await giveToken();
    const browser = await context.signedIn();
    await post(admin, '/identities/alice/links', { alias: context.login('u1') });
    await post(admin, '/identities/alice/disable');
    const enabled = await post(admin, `${pathOf(context.login('u1'))}/enable`);
    expect(enabled.json()).toMatchObject({ subject: 'alice', disabledAt: null });
    expectProblem(await browser.send({ url: '/me' }), 401, 'unauthenticated');
    expectProblem(await get(token, '/me'), 401, 'unauthenticated');
    expect((await (await context.signedIn()).me()).subject).toBe('alice');
    expect(await sql(`SELECT 1 FROM events WHERE type = 'identity.enabled'`)).toHaveLength(1);
  });
});

describe('GET /identities', () => {
  it('lists people in pages, with links, and those who are disabled', async () => {
    const admin = await giveToken({ subject: 'admin' });
    await giveToken();
    for (const sub of ['u1', 'u2', 'u3']) await context.signedIn({ sub, name: `Name of ${sub}` });
    await post(admin, '/identities/alice/links', { alias: context.login('u1') });
    await post(admin, `${pathOf(context.login('u2'))}/disable`);
    const all = (await get(admin, '/identities')).json();
    expect(all.map(({ subject }: { subject: string }) => subject)).toEqual([
      context.login('u1'),
      context.login('u2'),
      context.login('u3'),
      'alice',
    ]);
    expect(all[0]).toEqual({
      id: expect.any(String),
      subject: context.login('u1'),
      name: 'Name of u1',
      groups: ['developers'],
      links: [expect.objectContaining({ subject: 'alice', alias: context.login('u1') })],
      createdAt: expect.any(String),
      createdBy: context.login('u1'),
      signedInAt: expect.any(String),
      disabledAt: null,
      disabledBy: null,
    });
    expect(all[3].links).toEqual(all[0].links);
    expect((await get(admin, '/identities?state=disabled')).json()).toMatchObject([
      { subject: context.login('u2'), disabledBy: 'admin' },
    ]);
    const first = await get(admin, '/identities?limit=3&state=all');
    expect((await get(admin, nextPage(first) ?? '')).json()).toEqual([all[3]]);
    for (const name of [all[0].id, context.login('u1'), context.login('U1')]) {
      expect((await get(admin, pathOf(name))).json()).toEqual(all[0]);
    }
    expectProblem(await get(admin, '/identities/nobody'), 404, 'identity-not-found');
  });
});
