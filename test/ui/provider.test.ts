import { describe, expect, it } from 'vitest';
import { SCOPE_NAMES, SCOPES, type Scope } from '../../src/access/scopes.js';
import { giveGroup, PUBLIC_URL, useSignIn } from '../support/browser.js';
import { sql } from '../support/database.js';
import { playScene } from '../support/scene.js';
import { BROWSER, expectPage, fieldOf, postForm, textOf } from '../support/ui.js';

const context = useSignIn();
const isBindable = (scope: Scope) => SCOPES[scope].bindable;
const PAGE = '/ui/environments/production';
const stops = () => sql<{ reason: string }>('SELECT reason FROM environment_stops');

describe('pages of a server with an identity provider', () => {
  it('401: leads to the provider, and back', async () => {
    const page = expectPage(await context.app.inject({ url: PAGE, headers: BROWSER }), 401);
    expect(page).toContain(`href="/sign-in?return=${encodeURIComponent(PAGE)}"`);
    expect(page).not.toContain('name="token"');
    const browser = context.browser();
    await giveGroup();
    const begun = await browser.begin(`?return=${encodeURIComponent(PAGE)}`);
    const back = await browser.finish(
      context.provider.authorize(begun, { sub: 'u1', groups: ['developers'] }),
    );
    expect(back.headers.location).toBe(PAGE);
    const shown = textOf(expectPage(await browser.send({ url: PAGE })));
    expect(shown).toContain('u1 Sign out');
    expect((await postForm(context.app, '/ui/sign-in', { token: 'x' })).statusCode).toBe(405);
  });

  it('303: a form has its anti-forgery token in the body, and comes from a page here', async () => {
    await giveGroup();
    const browser = await context.signedIn();
    const html = expectPage(await browser.send({ url: PAGE }));
    const antiForgery = fieldOf(html, 'antiForgery');
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const send = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
      postForm(context.app, `${PAGE}/stop`, fields, { cookie, origin: PUBLIC_URL, ...headers });
    expectPage(await send({ reason: 'x' }), 403);
    expectPage(await send({ reason: 'x', antiForgery: 'x' }), 403);
    const header = { 'x-anti-forgery-token': antiForgery };
    expectPage(await send({ reason: 'x' }, header), 403);
    expectPage(await send({ reason: 'x', antiForgery }, { origin: 'https://evil.example' }), 403);
    expectPage(await send({ reason: 'x', antiForgery }, { 'sec-fetch-site': 'cross-site' }), 403);
    expect(await stops()).toEqual([]);
    expect((await send({ reason: 'Payments fail', antiForgery })).statusCode).toBe(303);
    expect(await stops()).toEqual([{ reason: 'Payments fail' }]);
  });

  it('no form is about a project for which a person may only read', async () => {
    const scene = await playScene(context.app);
    const reading = SCOPE_NAMES.filter((scope) => scope.endsWith(':read'));
    await giveGroup('developers', reading);
    await giveGroup('managers', SCOPE_NAMES.filter(isBindable), [scene.payments + 1]);
    const browser = await context.signedIn({ groups: ['developers', 'managers'] });
    for (const path of [
      `/ui/releases/${scene.waiting}/decide?environment=production`,
      `/ui/releases/${scene.denied}/break-glass?environment=production`,
      `/ui/waivers/${scene.waiver}`,
    ]) {
      const page = expectPage(await browser.send({ url: path }));
      expect(page.match(/method="post" action="[^"]*"/g), path).toEqual([
        'method="post" action="/ui/sign-out"',
      ]);
    }
    const page = expectPage(await browser.send({ url: `/ui/releases/${scene.waiting}` }));
    expect(page).not.toMatch(/\/decide\?|\/break-glass\?/);
  });

  it('a change by the API still needs the header', async () => {
    await giveGroup();
    const browser = await context.signedIn();
    const response = await browser.send({
      method: 'POST',
      url: '/environments/production/stop',
      headers: { origin: PUBLIC_URL },
      payload: { reason: 'x', antiForgery: (await browser.me()).antiForgeryToken },
    });
    expect(response.statusCode).toBe(403);
    expect(await stops()).toEqual([]);
  });

  it('303: signing out ends the session everywhere', async () => {
    await giveGroup();
    const browser = await context.signedIn();
    const antiForgery = fieldOf(expectPage(await browser.send({ url: PAGE })), 'antiForgery');
    const response = await browser.send({
      method: 'POST',
      url: '/ui/sign-out',
      headers: { origin: PUBLIC_URL, 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ antiForgery }).toString(),
    });
    expect(response.statusCode).toBe(303);
    expect(await sql('SELECT end_reason FROM sessions')).toEqual([{ end_reason: 'signed-out' }]);
    expectPage(await browser.send({ url: PAGE }), 401);
  });
});
