import { afterEach, beforeEach, expect, it } from 'vitest';
import { signInEnv } from '../support/browser.js';
import { createEmptyDatabase } from '../support/database.js';
import { runProgram, startServer, stop } from '../support/process.js';
import { LocalProvider } from '../support/provider.js';

/** The built server, in one file: its client of the identity provider is loaded when somebody signs in. */
let database: Awaited<ReturnType<typeof createEmptyDatabase>>;
const provider = new LocalProvider();
beforeEach(async () => {
  database = await createEmptyDatabase();
  await provider.start();
});
afterEach(async () => {
  await provider.stop();
  await database.drop();
});

const ORIGIN = 'http://127.0.0.1:8000';
const env = (more: Record<string, string> = {}) => ({
  ...signInEnv(provider),
  PUBLIC_URL: ORIGIN,
  DATABASE_URL: database.url,
  ...more,
});

it('lets a person sign in on this machine without https, change something and sign out', async () => {
  const server = await startServer(env());
  const open = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    fetch(server.url + path, { method, headers, redirect: 'manual' });
  const begun = await open('/sign-in?return=/me');
  const [attempt = ''] = begun.headers.getSetCookie();
  expect(attempt).toMatch(/^srp-sign-in=/);
  const address = begun.headers.get('location') ?? '';
  const callback = provider.authorize(address, { sub: 'u1', groups: ['developers'] });
  expect(callback.origin).toBe(ORIGIN);
  const done = await open(callback.pathname + callback.search, {
    cookie: attempt.split(';')[0] ?? '',
  });
  expect(done.headers.get('location')).toBe('/me');
  const session = done.headers.getSetCookie().find((line) => line.startsWith('srp='));
  expect(session).toMatch(/^srp=srps_\w+; Max-Age=28800; Path=\/; HttpOnly; SameSite=Lax$/);
  const cookie = session?.split(';')[0] ?? '';
  const me = (await (await open('/me', { cookie })).json()) as Record<string, string>;
  expect(me).toMatchObject({ subject: `${provider.url}|u1`, person: true });
  const token = me.antiForgeryToken ?? '';
  const change = { cookie, origin: ORIGIN, 'x-anti-forgery-token': token };
  expect((await open('/sign-out', change, 'POST')).status).toBe(204);
  expect((await open('/me', { cookie })).status).toBe(401);
  await stop(server);
});

it('does not start with settings that miss one, and says which', async () => {
  const program = runProgram('dist/server.js', env({ SIGN_IN_GROUPS: '' }));
  expect(await program.exit).toBe(1);
  expect(program.output()).toBe(
    'cannot start: SIGN_IN_ISSUER needs SIGN_IN_GROUPS: people have rights by their groups\n',
  );
});
