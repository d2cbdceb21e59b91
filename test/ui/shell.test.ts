import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { sql } from '../support/database.js';
import { BROWSER, expectPage, HOSTILE, postForm, textOf, visitor } from '../support/ui.js';

const open = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });
const secure = useApp({ AUTH_MODE: 'token', PUBLIC_URL: 'https://srp.example.org' });

describe('signing in with a token', () => {
  it('401: a page asks for the token, and keeps the address', async () => {
    const response = await guarded.app.inject({
      url: '/ui/environments?after=staging',
      headers: BROWSER,
    });
    const page = expectPage(response, 401);
    expect(page).toContain('name="return" value="/ui/environments?after=staging"');
    expect(response.headers['www-authenticate']).toMatch(/^Bearer realm/);
    expect(textOf(page)).toContain('Enter an API token');
  });

  it('303: sets a cookie for the pages alone, and returns', async () => {
    const { secret } = await giveToken();
    const fields = { token: ` ${secret} `, return: '/ui/environments/production' };
    const response = await postForm(guarded.app, '/ui/sign-in', fields);
    expect(response.statusCode).toBe(303);
    expect(response.headers.location).toBe('/ui/environments/production');
    expect(response.headers['set-cookie']).toBe(
      `srp-page=${secret}; Max-Age=28800; Path=/ui; HttpOnly; SameSite=Lax`,
    );
    const https = await postForm(secure.app, '/ui/sign-in', fields);
    expect(https.headers['set-cookie']).toBe(
      `__Secure-srp-page=${secret}; Max-Age=28800; Path=/ui; HttpOnly; SameSite=Lax; Secure`,
    );
  });

  it.each([
    'https://evil.example',
    '//evil.example',
    '/ui//evil.example',
    '/uinot',
    '/docs',
    '/ui/\\evil',
    '',
  ])('303: returns to no other place than a page: %s', async (place) => {
    const { secret } = await giveToken();
    const response = await postForm(guarded.app, '/ui/sign-in', { token: secret, return: place });
    expect(response.headers.location).toBe('/ui');
  });

  it.each(['', 'srp_wrong', HOSTILE])(
    '401: a token that is not one is refused: %s',
    async (token) => {
      const response = await postForm(guarded.app, '/ui/sign-in', { token });
      const page = expectPage(response, 401);
      expect(textOf(page)).toContain('The token was refused.');
      expect(response.headers['set-cookie']).toBeUndefined();
    },
  );

  it('403: another site must not sign a person in', async () => {
    const { secret } = await giveToken();
    const others: Record<string, string>[] = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'none', origin: 'https://evil.example' },
    ];
    for (const headers of others) {
      const response = await postForm(guarded.app, '/ui/sign-in', { token: secret }, headers);
      expectPage(response, 403);
      expect(response.headers['set-cookie']).toBeUndefined();
    }
  });

  it('the cookie is worth nothing for the API', async () => {
    const alice = await visitor(guarded.app);
    const response = await alice.get('/projects');
    expect(response.statusCode).toBe(401);
  });

  it('401: a session ends with its token', async () => {
    const alice = await visitor(guarded.app);
    await alice.open('/ui/environments');
    await sql(`UPDATE api_tokens SET revoked_at = now(), revoked_by = 'test'`);
    // Verified tokens are known for 3 seconds.
    await expect.poll(async () => (await alice.get('/ui/environments')).statusCode).toBe(401);
    const response = await alice.get('/ui/environments');
    expect(response.headers['set-cookie']).toMatch(/^srp-page=; Max-Age=0; Path=\/ui;/);
  });

  it('400: a cookie and a token are two callers', async () => {
    const alice = await visitor(guarded.app);
    expectPage(await alice.get('/ui/environments', alice.holder.headers), 400);
  });

  it('a token in the header reads pages, and has no forms', async () => {
    const { headers } = await giveToken({ person: true });
    const response = await guarded.app.inject({ url: '/ui/environments/production', headers });
    expect(expectPage(response)).not.toContain('method="post"');
    const stop = '/ui/environments/production/stop';
    expectPage(await postForm(guarded.app, stop, { reason: 'x' }, headers), 409);
  });

  it('303: signing out removes the cookie', async () => {
    const alice = await visitor(guarded.app, { subject: HOSTILE });
    const response = await alice.send('/ui/environments', '/ui/sign-out', {});
    expect(response.statusCode).toBe(303);
    expect(response.headers['set-cookie']).toMatch(/^srp-page=; Max-Age=0/);
  });
});

describe('with AUTH_MODE=none', () => {
  it('pages only read', async () => {
    const response = await open.app.inject({ url: '/ui/environments/production' });
    const page = expectPage(response);
    expect(page).not.toContain('method="post"');
    expect(textOf(page)).toContain('Read only');
    const stop = '/ui/environments/production/stop';
    expectPage(await postForm(open.app, stop, { reason: 'x', antiForgery: '' }), 409);
    expect((await postForm(open.app, '/ui/sign-in', { token: 'x' })).statusCode).toBe(405);
  });
});

describe('what every page has', () => {
  it.each(['/ui/nothing', '/ui/environments/nowhere', '/ui/%3Cscript%3Ealert(1)%3C/script%3E'])(
    '404: %s',
    async (url) => {
      const alice = await visitor(guarded.app);
      expectPage(await alice.get(url), 404);
    },
  );

  it('400: an address that is not valid', async () => {
    const alice = await visitor(guarded.app);
    expectPage(await alice.get('/ui/environments/UPPER'), 400);
    expectPage(await alice.get('/ui/environments?after=%FF'), 400);
  });

  it('405: another method', async () => {
    const alice = await visitor(guarded.app);
    const response = await alice.post('/ui/environments', {});
    expect(response.statusCode).toBe(405);
  });

  it('403: a caller without the scope', async () => {
    const alice = await visitor(guarded.app, { scopes: ['projects:read'] });
    const page = expectPage(await alice.get('/ui/environments'), 403);
    expect(textOf(page)).toContain('This needs the scope environments:read');
  });

  it('500: a fault of the server', async () => {
    const alice = await visitor(guarded.app);
    await sql('ALTER TABLE environments RENAME TO gone');
    try {
      expectPage(await alice.get('/ui/environments'), 500);
    } finally {
      await sql('ALTER TABLE gone RENAME TO environments');
    }
  });

  it('serves its style and script for a year, by their contents', async () => {
    const page = expectPage(await open.app.inject({ url: '/ui/environments' }));
    const addresses = [...page.matchAll(/(?:href|src)="(\/ui\/assets\/[^"]+)"/g)].map(
      ([, address = '']) => address,
    );
    expect(addresses).toHaveLength(2);
    for (const url of addresses) {
      const response = await guarded.app.inject({ url });
      expect(response.statusCode).toBe(200);
      expect(response.headers['cache-control']).toBe('public, max-age=31536000, immutable');
      const old = await guarded.app.inject({ url: url.replace(/=.*/, '=old') });
      expect(old.headers['cache-control']).toBe('no-cache');
    }
  });

  it('sends the start to what runs', async () => {
    const response = await open.app.inject({ url: '/ui', headers: BROWSER });
    expect([response.statusCode, response.headers.location]).toEqual([302, '/ui/environments']);
  });
});

describe('a form', () => {
  const stop = '/ui/environments/production/stop';

  it('403: needs the anti-forgery token of its session', async () => {
    const [alice, bob] = [await visitor(guarded.app), await visitor(guarded.app)];
    for (const antiForgery of ['', 'x', HOSTILE]) {
      expectPage(await alice.post(stop, { reason: 'a', antiForgery }), 403);
    }
    const page = await bob.open('/ui/environments/production');
    const [, antiForgery = ''] = /name="antiForgery" value="([^"]+)"/.exec(page) ?? [];
    expect(antiForgery).toMatch(/^[\w-]{43}$/);
    expectPage(await alice.post(stop, { reason: 'a', antiForgery }), 403);
    expectPage(await alice.post(stop, { reason: 'a' }), 403);
    expect(await sql('SELECT 1 FROM environment_stops')).toEqual([]);
  });

  it('403: must come from a page of this server', async () => {
    const alice = await visitor(guarded.app);
    const fields = { reason: 'x' };
    const others: Record<string, string>[] = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example', 'sec-fetch-site': 'none' },
    ];
    for (const headers of others) {
      const response = await alice.send('/ui/environments/production', stop, fields, headers);
      expectPage(response, 403);
    }
  });

  it('401: an expired session keeps what was written', async () => {
    const alice = await visitor(guarded.app);
    const response = await postForm(guarded.app, stop, { reason: `The night ${HOSTILE}` });
    const page = expectPage(response, 401);
    expect(textOf(page)).toContain(`The night ${HOSTILE}`);
    expect(alice.cookie).not.toBe('');
  });

  it('413: a form that is too large', async () => {
    const alice = await visitor(guarded.app);
    expectPage(await alice.post(stop, { reason: 'x'.repeat(70_000) }), 413);
  });

  it('415: only forms', async () => {
    const alice = await visitor(guarded.app);
    const response = await guarded.app.inject({
      method: 'POST',
      url: stop,
      headers: {
        cookie: alice.cookie,
        'content-type': 'text/plain',
        'sec-fetch-site': 'same-origin',
      },
      payload: 'reason=x',
    });
    expectPage(response, 415);
  });
});
