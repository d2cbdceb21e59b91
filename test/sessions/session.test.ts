import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/config.js';
import { openDatabase } from '../../src/database/client.js';
import { sessionsJob } from '../../src/features/sessions/session-job.js';
import { isAntiForgeryToken } from '../../src/security/authentication/sessions.js';
import {
  ageSession,
  Browser,
  giveGroup,
  PUBLIC_URL,
  signInEnv,
  useSignIn,
} from '../support/browser.js';
import { giveToken } from '../support/callers.js';
import { moveProcessClock } from '../support/clock.js';
import { sql, testDatabaseUrl } from '../support/database.js';
import { withoutRow } from '../support/events.js';
import { startLogged } from '../support/logged.js';
import { expectProblem } from '../support/requests.js';

const context = useSignIn();
const COOKIE = '__Host-srp';
const create = { url: '/projects', payload: { name: 'A' } };
const projects = () => sql('SELECT 1 FROM projects');
const isOver = async (browser: Browser, text: RegExp) => {
  const cookie = browser.cookies.get(COOKIE);
  const response = await browser.send({ url: '/me' });
  expect(expectProblem(response, 401, 'unauthenticated').detail).toMatch(text);
  expect(response.headers['www-authenticate']).toContain('error="invalid_token"');
  expect(browser.cookies.has(COOKIE), 'the answer removes the cookie').toBe(false);
  browser.cookies.set(COOKIE, cookie ?? '');
};

describe('a session', () => {
  it('ends 8 hours after it began, however much it is used', async () => {
    const browser = await context.signedIn();
    await ageSession('7 hours 59 minutes');
    await browser.me();
    await ageSession('1 minute');
    await isOver(browser, /after 8 hours/);
  });

  it('ends after 30 minutes without a request', async () => {
    const browser = await context.signedIn();
    await ageSession('29 minutes', '29 minutes');
    await browser.me(); // counts as a use
    const used = () =>
      sql(`SELECT 1 FROM sessions WHERE last_used_at > now() - interval '1 minute'`);
    await expect.poll(used).toHaveLength(1);
    await ageSession('0 minutes', '31 minutes');
    await isOver(browser, /30 minutes without a request/);
  });

  it('is limited by the clock of the database, and not by that of the server', async () => {
    const browser = await context.signedIn();
    moveProcessClock(400);
    await browser.me();
  });

  it('has its own secret at each sign-in, and the old one is refused: no fixation', async () => {
    const browser = context.browser();
    browser.cookies.set(COOKIE, `srps_${'x'.repeat(49)}`); // planted by an attacker
    await context.signedIn({}, browser);
    const first = browser.cookies.get(COOKIE) ?? '';
    expect(first).not.toContain('xxx');
    await context.signedIn({}, browser);
    expect(browser.cookies.get(COOKIE)).not.toBe(first);
    const old = context.browser();
    old.cookies.set(COOKIE, first);
    await isOver(old, /was ended/);
    await browser.me();
  });

  it('of another provider is refused after the setting changed', async () => {
    const browser = await context.signedIn();
    await sql(`UPDATE sessions SET subject = 'https://old.example|u1'`);
    await isOver(browser, /another identity provider/);
  });

  it('loses a group that does not count any more', async () => {
    await giveGroup('developers', ['projects:read']);
    const browser = await context.signedIn();
    await sql(`UPDATE sessions SET groups = '{developers,forgotten}'`);
    await giveGroup('forgotten', ['projects:write']);
    expect(await browser.me()).toMatchObject({
      groups: ['developers'],
      grants: [{ scopes: ['projects:read'] }],
    });
  });

  it('does not accept the secret of a token, nor the other way round', async () => {
    const { secret } = await giveToken();
    const browser = await context.signedIn();
    const bearer = { authorization: `Bearer ${browser.cookies.get(COOKIE)}` };
    expectProblem(
      await context.app.inject({ url: '/me', headers: bearer }),
      401,
      'unauthenticated',
    );
    browser.cookies.set(COOKIE, secret);
    await isOver(browser, /not that of a session/);
  });

  it('lets no shared cache keep an answer', async () => {
    await giveGroup();
    const browser = await context.signedIn();
    const response = await browser.send({ url: '/projects' });
    expect(response.headers['cache-control']).toBe('private, no-cache');
  });

  it('is removed 30 days after its end', async () => {
    await context.signedIn();
    await ageSession('30 days 7 hours');
    const run = async () => {
      const database = openDatabase(testDatabaseUrl(), loadConfig({}));
      const signal = new AbortController().signal;
      await sessionsJob.run({ database, signal, log: context.app.log });
      await database.close();
      return sql('SELECT 1 FROM sessions');
    };
    expect(await run()).toHaveLength(1);
    await ageSession('2 hours');
    expect(await run()).toEqual([]);
    expect(await sql(`SELECT 1 FROM events WHERE type = 'session.signed-in'`)).toHaveLength(1);
  });

  it('400: cookie and token together', async () => {
    const { headers } = await giveToken();
    const browser = await context.signedIn();
    const response = await browser.send({ url: '/me', headers });
    expect(expectProblem(response, 400, 'malformed-request').detail).toContain('one of the two');
  });

  it('401: two cookies of this name', async () => {
    const browser = await context.signedIn();
    const value = browser.cookies.get(COOKIE);
    const cookie = `${COOKIE}=${value}; ${COOKIE}=${value}`;
    const response = await context.app.inject({ url: '/me', headers: { cookie } });
    expectProblem(response, 401, 'unauthenticated');
  });
});

describe('a change with the cookie', () => {
  const own = { origin: PUBLIC_URL, 'sec-fetch-site': 'same-origin' };

  it('201: by a page of this server, with the anti-forgery token', async () => {
    await giveGroup();
    const browser = await context.signedIn();
    const response = await browser.change(create);
    expect(response.statusCode, response.body).toBe(201);
    expect(response.json().createdBy).toBe(context.login('u1'));
  });

  it.each<[string, object]>([
    ['no token', {}],
    ['an empty token', { 'x-anti-forgery-token': '' }],
    ['another token', { 'x-anti-forgery-token': 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg' }],
  ])('403: with %s', async (_case, headers) => {
    await giveGroup();
    const browser = await context.signedIn();
    const request = { method: 'POST' as const, ...create, headers: { ...own, ...headers } };
    expectProblem(await browser.send(request), 403, 'anti-forgery-required');
    expect(await projects()).toEqual([]);
  });

  it('403: with the token of another session', async () => {
    await giveGroup();
    const { antiForgeryToken } = await (await context.signedIn()).me();
    const browser = await context.signedIn();
    const headers = { ...own, 'x-anti-forgery-token': antiForgeryToken };
    const response = await browser.send({ method: 'POST', ...create, headers });
    expectProblem(response, 403, 'anti-forgery-required');
  });

  it.each<[string, Record<string, string>]>([
    ['another origin', { origin: 'https://evil.example' }],
    ['another origin of the same site', { origin: 'https://other.example.org' }],
    ['the same host on http', { origin: 'http://srp.example.org' }],
    ['another port', { origin: 'https://srp.example.org:8443' }],
    ['a sandboxed page', { origin: 'null' }],
    ['another site', { origin: PUBLIC_URL, 'sec-fetch-site': 'cross-site' }],
    ['another page of the site', { origin: PUBLIC_URL, 'sec-fetch-site': 'same-site' }],
  ])('403: from %s, even with the token', async (_case, headers) => {
    await giveGroup();
    const browser = await context.signedIn();
    expectProblem(await browser.change({ ...create, headers }), 403, 'cross-site-request');
    expect(await projects()).toEqual([]);
  });

  it('403: from a program that says nothing of its origin', async () => {
    await giveGroup();
    const browser = await context.signedIn();
    const { antiForgeryToken } = await browser.me();
    const headers = { 'x-anti-forgery-token': antiForgeryToken };
    const response = await browser.send({ method: 'POST', ...create, headers });
    expectProblem(response, 403, 'cross-site-request');
  });

  it('401: the session ended in the middle of a form. After signing in again the same form is accepted', async () => {
    await giveGroup();
    const browser = await context.signedIn();
    const { antiForgeryToken } = await browser.me();
    const form = {
      method: 'POST' as const,
      ...create,
      headers: { ...own, 'x-anti-forgery-token': antiForgeryToken },
    };
    await ageSession('8 hours');
    expectProblem(await browser.send(form), 401, 'unauthenticated');
    await context.signedIn({}, browser);
    expectProblem(await browser.send(form), 403, 'anti-forgery-required');
    expect((await browser.change(create)).statusCode).toBe(201);
    expect(await projects()).toHaveLength(1);
  });

  it('is not one for a token: a program needs neither', async () => {
    const { headers } = await giveToken();
    const response = await context.app.inject({ method: 'POST', ...create, headers });
    expect(response.statusCode).toBe(201);
  });
});

describe('POST /sign-out', () => {
  it('204: ends the session on every instance at once, and records it', async () => {
    const other = await context.second();
    const browser = await context.signedIn();
    const elsewhere = new Browser(other);
    const secret = browser.cookies.get(COOKIE) ?? '';
    elsewhere.cookies.set(COOKIE, secret);
    await elsewhere.me();
    const response = await browser.change({ url: '/sign-out' });
    expect(response.statusCode, response.body).toBe(204);
    expect(browser.cookies.size).toBe(0);
    await isOver(elsewhere, /was ended/);
    browser.cookies.set(COOKIE, secret);
    await isOver(browser, /was ended/);
    const events = await sql<{ data: string }>(
      `SELECT data FROM events WHERE type = 'session.signed-out'`,
    );
    expect(events.map(({ data }) => withoutRow(data))).toEqual([
      { reason: 'signed-out', subject: context.login('u1') },
    ]);
    await other.close();
  });

  it('409: a token has no session', async () => {
    const { headers } = await giveToken();
    const response = await context.app.inject({ method: 'POST', url: '/sign-out', headers });
    expectProblem(response, 409, 'identity-required');
  });
});

describe('GET /me', () => {
  it('of a token', async () => {
    const { headers, id } = await giveToken({ subject: 'jenkins', scopes: ['projects:read'] });
    const response = await context.app.inject({ url: '/me', headers });
    expect(response.json()).toEqual({
      subject: 'jenkins',
      credential: `token:${id}`,
      person: false,
      via: null,
      groups: [],
      otherNames: [],
      grants: [{ scopes: ['projects:read'], projects: null }],
      signedInAt: null,
      sessionEndsAt: null,
      antiForgeryToken: null,
    });
    expect(response.headers['cache-control']).toBe('no-store');
  });

  it('401: without a credential', async () => {
    expectProblem(await context.app.inject('/me'), 401, 'unauthenticated');
  });
});

describe('secrets', () => {
  it('are not in the log: of the session, the attempt, the code and the client', async () => {
    const { app, lines } = await startLogged(signInEnv(context.provider));
    const browser = new Browser(app);
    const address = await browser.begin();
    const attempt = browser.cookies.get('__Host-srp-sign-in') ?? '';
    const callback = context.provider.authorize(address, { sub: 'u1', groups: ['developers'] });
    await browser.finish(callback);
    const secret = browser.cookies.get(COOKIE) ?? '';
    browser.cookies.set('__Host-srp-sign-in', attempt);
    await browser.finish(callback); // refused, with a reason in the log
    const { antiForgeryToken } = await browser.me();
    expect(isAntiForgeryToken(secret, antiForgeryToken)).toBe(true);
    await app.close();
    const log = JSON.stringify(lines);
    expect(log).toContain('refused a sign-in');
    const code = callback.searchParams.get('code') ?? '';
    const { SIGN_IN_CLIENT_SECRET } = signInEnv(context.provider);
    for (const text of [
      secret,
      attempt.slice(0, 43),
      code,
      antiForgeryToken,
      SIGN_IN_CLIENT_SECRET,
    ]) {
      expect(text.length).toBeGreaterThan(10);
      expect(log).not.toContain(text);
    }
  });
});
