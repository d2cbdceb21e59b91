import { afterEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { Browser, giveGroup, PUBLIC_URL, useSignIn } from '../support/browser.js';
import { sql } from '../support/database.js';
import { withoutRow } from '../support/events.js';
import { expectProblem } from '../support/requests.js';

const context = useSignIn();
const { provider } = context;
afterEach(() => {
  provider.forge = (claims) => claims;
  provider.groupsInUserInfo = false;
  provider.misbehave = undefined;
});

const PERSON = { sub: 'u1', groups: ['developers', 'everyone'] };
const eventsOf = (kind: string) =>
  sql<{ type: string; actor: string; credential: string; data: string }>(
    `SELECT type, actor, credential, data FROM events WHERE type LIKE '${kind}.%' ORDER BY id`,
  );
const sessions = () => sql('SELECT 1 FROM sessions');

describe('GET /sign-in', () => {
  it('302: sends the browser to the provider with state, nonce and PKCE, and stores nothing', async () => {
    const browser = context.browser();
    const address = new URL(await browser.begin());
    expect(address.href.startsWith(`${provider.url}/authorize?`)).toBe(true);
    expect(Object.fromEntries(address.searchParams)).toEqual({
      client_id: 'srp',
      redirect_uri: `${PUBLIC_URL}/sign-in/callback`,
      response_type: 'code',
      scope: 'openid profile',
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    });
    const values = ['state', 'nonce', 'code_challenge'].map((name) =>
      address.searchParams.get(name),
    );
    expect(new Set([...values, ...browser.cookies.values()]).size).toBe(4);
    expect(await sql('SELECT 1 FROM identities UNION ALL SELECT 1 FROM sessions')).toEqual([]);
  });

  it('302: with again=true the provider asks for the password', async () => {
    const asked = new URL(await context.browser().begin('?again=true')).searchParams;
    expect(asked.get('prompt')).toBe('login');
    expect(asked.get('max_age')).toBe('0');
  });

  it.each(['/', '/docs', '/docs?a=b#/gate/assertRelease', '/%2F%2Fevil.example'])(
    'returns to %s',
    async (path) => {
      const browser = context.browser();
      const address = await browser.begin(`?return=${encodeURIComponent(path)}`);
      const response = await browser.finish(provider.authorize(address, PERSON));
      expect(response.headers.location).toBe(path);
    },
  );

  it.each([
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    'docs',
    '',
    '/a\r\nset-cookie: x=y',
    `/${'a'.repeat(1000)}`,
  ])('400: does not return to %#', async (path) => {
    const url = `/sign-in?return=${encodeURIComponent(path)}`;
    expectProblem(await context.browser().send({ url }), 400, 'validation-failed');
  });

  it('302: a path in the cookie that leads elsewhere is not followed', async () => {
    const browser = context.browser();
    const address = await browser.begin();
    const [secret] = (browser.cookies.get('__Host-srp-sign-in') ?? '').split('.');
    const path = Buffer.from('//evil.example').toString('base64url');
    browser.cookies.set('__Host-srp-sign-in', `${secret}.${path}`);
    const response = await browser.finish(provider.authorize(address, PERSON));
    expect(response.headers.location).toBe('/');
  });
});

describe('GET /sign-in/callback: 302', () => {
  it('begins a session: the cookie is host-only and out of reach of scripts, its digest is stored', async () => {
    const browser = context.browser();
    const response = await browser.finish(provider.authorize(await browser.begin(), PERSON));
    const [session, attempt] = response.headers['set-cookie'] as string[];
    expect(session).toMatch(
      /^__Host-srp=srps_[0-9A-Za-z]{49}; Max-Age=28800; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
    );
    expect(attempt).toMatch(/^__Host-srp-sign-in=; Max-Age=0; /);
    expect(response.headers['cache-control']).toBe('no-store');
    const stored = JSON.stringify(
      await sql(`SELECT encode(hash, 'escape') || s::text AS row FROM sessions s`),
    );
    for (const secret of browser.cookies.values()) expect(stored).not.toContain(secret);
  });

  it('the caller is a person with its groups that count, and with their rights', async () => {
    await giveGroup('developers', ['projects:read']);
    await giveGroup('managers', ['projects:write']);
    const browser = await context.signedIn(PERSON);
    expect(await browser.me()).toEqual({
      subject: context.login('u1'),
      credential: expect.stringMatching(/^session:[0-9a-f-]{36}$/),
      person: true,
      via: 'sign-in',
      groups: ['developers'],
      otherNames: [],
      grants: [{ scopes: ['projects:read'], projects: null }],
      signedInAt: null,
      sessionEndsAt: expect.any(String),
      antiForgeryToken: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect((await browser.send({ url: '/projects' })).statusCode).toBe(200);
    expectProblem(await browser.send({ url: '/tokens' }), 403, 'insufficient-scope');
  });

  it('a grant binds a group to projects', async () => {
    await giveGroup('developers', ['projects:read', 'projects:write']);
    const browser = await context.signedIn();
    for (const name of ['A', 'B']) await browser.change({ url: '/projects', payload: { name } });
    await sql(`UPDATE group_grants SET every_project = false, project_ids = '{2}'`);
    expect((await browser.send({ url: '/projects' })).json()).toMatchObject([{ id: 2 }]);
    expectProblem(await browser.send({ url: '/projects/1' }), 404, 'project-not-found');
  });

  it('records who signed in, without the name or the address of the person', async () => {
    await context.signedIn({ ...PERSON, name: 'Alice', email: 'alice@example.org' });
    const [event, ...others] = await eventsOf('session');
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      type: 'session.signed-in',
      actor: context.login('u1'),
      credential: 'sign-in',
    });
    expect(JSON.parse(event?.data ?? '')).toMatchObject({
      subject: context.login('u1'),
      groups: ['developers'],
    });
    expect(event?.data).not.toMatch(/alice/i);
    expect(await sql('SELECT name FROM identities')).toEqual([{ name: 'Alice' }]);
  });

  it('takes groups from the user info, if the ID token has none', async () => {
    provider.groupsInUserInfo = true;
    const fresh = await context.second(); // it has not read the configuration of the provider yet
    const browser = await context.signedIn(PERSON, new Browser(fresh));
    expect((await browser.me()).groups).toEqual(['developers']);
    await fresh.close();
  });

  it('says when the person proved who it is, and never in the future', async () => {
    const ago = Math.floor(Date.now() / 1000) - 600;
    const early = await (await context.signedIn({ auth_time: ago })).me();
    expect(early.signedInAt).toBe(new Date(ago * 1000).toISOString());
    const late = await (await context.signedIn({ auth_time: ago + 7200 })).me();
    expect(Date.parse(late.signedInAt)).toBeLessThan((ago + 7200) * 1000);
  });

  it('finds keys that the provider exchanged a moment ago', async () => {
    await context.signedIn();
    await provider.rotate('second');
    await context.signedIn({ sub: 'u2' });
    expect(await sessions()).toHaveLength(2);
  });

  it('records changed groups, and they apply from then on', async () => {
    await context.signedIn({ groups: ['developers'] });
    await context.signedIn({ groups: ['managers', 'developers'] });
    const browser = await context.signedIn({ groups: ['managers'] });
    expect((await browser.me()).groups).toEqual(['managers']);
    const [created, ...changes] = await eventsOf('identity');
    expect(created?.type).toBe('identity.created');
    expect(changes.map(({ data }) => JSON.parse(data).groups)).toEqual([
      { before: [], after: ['developers'] },
      { before: ['developers'], after: ['developers', 'managers'] },
      { before: ['developers', 'managers'], after: ['managers'] },
    ]);
  });
});

describe('GET /sign-in/callback: 400', () => {
  const refuses = async (callback: URL, browser = context.browser()) => {
    const problem = expectProblem(await browser.finish(callback), 400, 'sign-in-failed');
    expect(problem.detail).toContain('/sign-in');
  };

  it('a code that was stolen: another browser did not begin', async () => {
    const asked = provider.tokenRequests;
    const victim = context.browser();
    const callback = provider.authorize(await victim.begin(), PERSON);
    await refuses(callback);
    const thief = context.browser();
    await thief.begin();
    await refuses(callback, thief);
    expect(provider.tokenRequests).toBe(asked);
    expect((await victim.finish(callback)).statusCode).toBe(302);
  });

  it('a code of another attempt of the same browser', async () => {
    const browser = context.browser();
    const first = provider.authorize(await browser.begin(), PERSON);
    const second = provider.authorize(await browser.begin(), PERSON);
    second.searchParams.set('code', first.searchParams.get('code') ?? '');
    await refuses(second, browser);
    expect(await sessions()).toEqual([]);
  });

  it('a state that was used, also with a new code', async () => {
    const browser = context.browser();
    const address = await browser.begin();
    const cookie = browser.cookies.get('__Host-srp-sign-in') ?? '';
    const callback = provider.authorize(address, PERSON);
    expect((await browser.finish(callback)).statusCode).toBe(302);
    const again = context.browser();
    again.cookies.set('__Host-srp-sign-in', cookie);
    await refuses(callback, again);
    await refuses(provider.authorize(address, PERSON), again);
    expect(await sessions()).toHaveLength(1);
    expect(again.cookies.has('__Host-srp')).toBe(false);
  });

  it.each<[string, (callback: URL) => void]>([
    ['another state', ({ searchParams }) => searchParams.set('state', 'x'.repeat(43))],
    ['no state', ({ searchParams }) => searchParams.delete('state')],
    ['two states', ({ searchParams }) => searchParams.append('state', 'x')],
    ['no code', ({ searchParams }) => searchParams.delete('code')],
    ['another code', ({ searchParams }) => searchParams.set('code', 'x')],
    ['another issuer', ({ searchParams }) => searchParams.set('iss', 'https://evil.example')],
    ['no issuer, which the provider sends', ({ searchParams }) => searchParams.delete('iss')],
  ])('%s', async (_case, change) => {
    const browser = context.browser();
    const callback = provider.authorize(await browser.begin(), PERSON);
    change(callback);
    const response = await browser.finish(callback);
    expect(response.statusCode, response.body).toBe(400);
    expect(await sessions()).toEqual([]);
  });

  it('what the provider refuses', async () => {
    const browser = context.browser();
    const callback = provider.authorize(await browser.begin(), PERSON);
    callback.searchParams.delete('code');
    callback.searchParams.set('error', 'access_denied');
    const problem = expectProblem(await browser.finish(callback), 400, 'sign-in-failed');
    expect(problem.detail).toContain('access_denied');
  });

  it.each<[string, object]>([
    ['another nonce', { nonce: 'x'.repeat(43) }],
    ['no nonce', { nonce: undefined }],
    ['another audience', { aud: 'other' }],
    ['another issuer', { iss: 'https://evil.example' }],
    ['an expired one', { exp: Math.floor(Date.now() / 1000) - 600 }],
    ['no subject', { sub: undefined }],
    ['a subject of 256 characters', { sub: 'x'.repeat(256) }],
    ['a subject that cannot be stored', { sub: 'a\0b' }],
  ])('an ID token with %s', async (_case, claims) => {
    provider.forge = (own) => ({ ...own, ...claims });
    const browser = context.browser();
    await refuses(provider.authorize(await browser.begin(), PERSON), browser);
    expect(await sessions()).toEqual([]);
  });
});

describe('the signature of an ID token', () => {
  it('is verified, although the token came from the provider itself', async () => {
    provider.tamper = (token) => {
      const [head, payload = '', signature] = token.split('.');
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
      const other = Buffer.from(JSON.stringify({ ...claims, sub: 'admin' })).toString('base64url');
      return [head, other, signature].join('.');
    };
    const browser = context.browser();
    const response = await browser.finish(provider.authorize(await browser.begin(), PERSON));
    provider.tamper = (token) => token;
    expectProblem(response, 400, 'sign-in-failed');
    expect(await sessions()).toEqual([]);
  });
});

describe('GET /sign-in/callback: 403', () => {
  it.each([[[]], [['everyone']], [undefined], [7], [{ developers: true }]])(
    'a person whose groups are %j, which is recorded',
    async (groups) => {
      const browser = context.browser();
      const person = { sub: 'u1', ...(groups !== undefined && { groups }) };
      const response = await browser.finish(provider.authorize(await browser.begin(), person));
      expectProblem(response, 403, 'sign-in-refused');
      expect(await sessions()).toEqual([]);
      expect((await eventsOf('session')).map(({ type, data }) => [type, withoutRow(data)])).toEqual(
        [['session.refused', { subject: context.login('u1'), reason: 'no-group' }]],
      );
    },
  );
});

describe('a provider that is down', () => {
  it('does not keep the server from starting. Signing in works when it is there', async () => {
    await provider.stop();
    const app = await context.second();
    expect((await app.inject('/health')).statusCode).toBe(200);
    const problem = expectProblem(await app.inject('/sign-in'), 503, 'sign-in-unavailable');
    expect(problem.detail).not.toContain('127.0.0.1');
    await provider.restart();
    const found = () => app.inject('/sign-in').then(({ statusCode }) => statusCode);
    await expect.poll(found).toBe(302); // a failure is remembered for 2 s
    await app.close();
  });

  it('503 at the callback', async () => {
    const browser = context.browser();
    const callback = provider.authorize(await browser.begin(), PERSON);
    provider.misbehave = (_request, response) => response.writeHead(500).end();
    const response = await browser.finish(callback);
    expectProblem(response, 503, 'sign-in-unavailable');
    expect(response.headers['retry-after']).toBe('5');
  });

  it('does not end sessions', async () => {
    const browser = await context.signedIn();
    await provider.stop();
    expect((await browser.me()).person).toBe(true);
    await provider.restart();
  });
});

describe('without a provider', () => {
  const tokens = useApp({ AUTH_MODE: 'token' });
  const open = useApp();

  it.each(['/sign-in', '/sign-in/callback?code=a&state=b'])('409: %s', async (url) => {
    for (const { app } of [tokens, open]) {
      expectProblem(await app.inject(url), 409, 'identity-required');
    }
  });
});
