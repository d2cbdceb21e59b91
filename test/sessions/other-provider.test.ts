import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { exportJWK, generateKeyPair } from 'jose';
import Provider from 'oidc-provider';
import { expect, it } from 'vitest';
import { buildTestApp } from '../support/app.js';
import { Browser, PUBLIC_URL, signInEnv } from '../support/browser.js';
import { testDatabaseUrl } from '../support/database.js';
import { freePort } from '../support/ports.js';
import { CLIENT } from '../support/provider.js';

/** A provider that others wrote and certified. It refuses what the standard refuses. The user info has its groups. */
async function startProvider() {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const provider = new Provider(url, {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: [`${PUBLIC_URL}/sign-in/callback`],
      },
    ],
    cookies: { keys: ['a key of this test'] },
    jwks: { keys: [{ ...(await exportJWK(privateKey)), use: 'sig', alg: 'RS256' }] },
    claims: { openid: ['sub'], profile: ['name'], groups: ['groups'] },
    scopes: ['openid', 'profile', 'groups'],
    findAccount: (_context: unknown, sub: string) => ({
      accountId: sub,
      claims: () => ({ sub, name: 'Alice', groups: ['developers', 'everyone'] }),
    }),
  });
  const server = createServer(provider.callback());
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { url, stop: () => new Promise((resolve) => server.close(resolve)) };
}

/**
 * A person in a browser: proves who it is if the provider asks, agrees, and is sent back.
 * @param cookies those that the provider sent before
 * @returns the address of the callback
 */
async function logIn(
  address: string,
  login: string,
  cookies = new Map<string, string>(),
  asked: string[] = [],
): Promise<URL> {
  const forms = new Map([
    ['login', `prompt=login&login=${login}&password=x`],
    ['consent', 'prompt=consent'],
  ]);
  let next = new URL(address);
  let body: string | undefined;
  for (let step = 0; step < 12; step += 1) {
    const response = await fetch(next, {
      redirect: 'manual',
      headers: {
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(body !== undefined && { method: 'POST', body }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') cookies.delete(name);
      else cookies.set(name, value);
    }
    const location = response.headers.get('location');
    body = undefined;
    if (location === null) {
      const page = await response.text();
      const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1] ?? '';
      body = forms.get(prompt);
      if (body === undefined) throw new Error(page);
      asked.push(prompt);
    }
    if (location !== null) next = new URL(location, next);
    if (next.origin === PUBLIC_URL) return next;
  }
  throw new Error('the provider did not send the browser back');
}

it('signs people in at a provider that others wrote', async () => {
  const provider = await startProvider();
  const settings = signInEnv(provider);
  const app = await buildTestApp(testDatabaseUrl(), settings);
  const browser = new Browser(app);
  const address = await browser.begin('?again=true');
  expect(new URL(address).searchParams.get('scope')).toBe('openid profile groups');
  const callback = await logIn(address, 'alice');
  const response = await browser.finish(callback);
  expect(response.statusCode, response.body).toBe(302);
  expect(await browser.me()).toMatchObject({
    subject: `${provider.url}|alice`,
    groups: ['developers'],
    signedInAt: expect.any(String), // asked for, because of again=true
  });
  // The provider says when the person gave its password, and not when it sent the browser back.
  const known = new Map<string, string>();
  const first: string[] = [];
  await browser.finish(await logIn(await browser.begin('?again=true'), 'alice', known, first));
  expect(first).toContain('login');
  const { signedInAt } = await browser.me();
  await sleep(1100);
  const later: string[] = [];
  await browser.finish(await logIn(await browser.begin(), 'alice', known, later));
  expect(later).not.toContain('login');
  expect([null, signedInAt]).toContain((await browser.me()).signedInAt);
  const again: string[] = [];
  await browser.finish(await logIn(await browser.begin('?again=true'), 'alice', known, again));
  expect(again).toContain('login');
  expect(Date.parse((await browser.me()).signedInAt)).toBeGreaterThan(Date.parse(signedInAt));
  const stolen = new Browser(app);
  await stolen.begin();
  expect((await stolen.finish(callback)).statusCode).toBe(400);
  await app.close();
  await provider.stop();
});
