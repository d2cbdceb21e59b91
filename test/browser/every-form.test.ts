import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SCOPE_NAMES } from '../../src/access/scopes.js';
import { useOwnApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { junit } from '../support/documents.js';
import { upload } from '../support/evidence.js';
import { useRows } from '../support/rows.js';
import { playScene, type Scene } from '../support/scene.js';
import { executablePath, signInWith, useChromium } from './chromium.js';
import { FORMS, type FormCase, storedBy } from './form-cases.js';

const READING = SCOPE_NAMES.filter((scope) => scope.endsWith(':read'));
/** How the sources write the end of an address for two forms. */
const ACT = ['/$', '{act}'].join('');
const TOO_LONG = 'x'.repeat(10_001);

describe.skipIf(executablePath === undefined)('every form in a browser', () => {
  const context = useOwnApp({ AUTH_MODE: 'token' });
  const chromium = useChromium();
  let origin = '';
  let scene: Scene;
  let opened: Awaited<ReturnType<typeof chromium.open>> | undefined;
  useRows(async () => {
    scene = await playScene(context.app);
  });
  beforeEach(async () => {
    if (origin === '') origin = await context.app.listen({ port: 0, host: '127.0.0.1' });
  });
  afterEach(async () => {
    expect(opened?.reports ?? []).toEqual([]);
    await opened?.context.close();
    opened = undefined;
  });

  /** A window in which bob opened the page of the form. */
  async function open(one: FormCase, options: BrowserContextOptions = {}) {
    const path = await one.at(context.app, scene);
    opened = await chromium.open(options);
    const { page, context: window } = opened;
    await signInWith(window, origin, { subject: 'bob', person: true });
    await page.goto(origin + path);
    return { page, window, path };
  }

  const formOf = (page: Page, { action }: FormCase): Locator =>
    page.locator(`form[action$="${action}"]`);
  const stored = (one: FormCase) => storedBy(one, 'bob');

  async function fill(page: Page, one: FormCase): Promise<Locator> {
    const form = formOf(page, one);
    const folded = page.locator(`details:not([open]):has(form[action$="${one.action}"]) > summary`);
    if ((await folded.count()) > 0) await folded.click();
    for (const [name, text] of Object.entries(one.typed)) {
      const field = form.locator(`[name="${name}"]`);
      if (name === 'force') await field.check();
      else await field.fill(text);
    }
    return form;
  }

  const send = (form: Locator, { button }: FormCase) =>
    form.getByRole('button', { name: button }).click();

  async function fillAndSend(page: Page, one: FormCase): Promise<void> {
    await send(await fill(page, one), one);
  }

  const said = (page: Page, text: string) => page.locator('main').getByText(text).waitFor();

  /** Expects a page that refuses, has plain words and all that was typed. */
  async function expectRefused(page: Page, one: FormCase, heading: string): Promise<string> {
    await page.getByRole('heading', { level: 1, name: heading }).waitFor();
    const text = String(await page.locator('main').textContent());
    for (const [name, typed] of Object.entries(one.typed)) {
      if (name !== 'force') expect(text, name).toContain(typed);
    }
    return text;
  }

  const each = it.each(FORMS.map((one) => [one.name, one] as const));

  each('%s: is stored, and the page says so', async (_name, one) => {
    const { page } = await open(one);
    await fillAndSend(page, one);
    await said(page, one.says);
    expect(await stored(one)).toEqual(one.expected);
  });

  each('%s: without JavaScript, clicked twice', async (_name, one) => {
    const { page } = await open(one, { javaScriptEnabled: false });
    const form = await fill(page, one);
    await form.getByRole('button', { name: one.button }).dblclick();
    await said(page, one.says);
    expect(await stored(one)).toEqual(one.expected);
  });

  each('%s: clicked twice, and sent from two windows', async (_name, one) => {
    const { page, window, path } = await open(one);
    const other = await window.newPage();
    await other.goto(origin + path);
    const form = await fill(page, one);
    await fill(other, one);
    await form.getByRole('button', { name: one.button }).dblclick();
    await said(page, one.says);
    await send(formOf(other, one), one);
    await said(other, one.says);
    expect(await stored(one)).toEqual(one.expected);
  });

  each('%s: sent again after going back', async (_name, one) => {
    const { page, path } = await open(one);
    await fillAndSend(page, one);
    await said(page, one.says);
    await page.goBack();
    await page.waitForURL(origin + path);
    expect(await formOf(page, one).count()).toBe(one.stays ? 1 : 0);
    if (one.stays) {
      await fillAndSend(page, one);
      await said(page, one.says);
    }
    expect(await stored(one)).toEqual(one.expected);
  });

  each('%s: a refusal says why, and keeps what was typed', async (_name, one) => {
    const { page } = await open(one);
    const form = await fill(page, one);
    if (one.spoil) {
      await one.spoil(form);
    } else {
      const [name = '', text = ''] = Object.entries(one.typed)[0] ?? [];
      const field = form.locator(`[name="${name}"]`);
      await field.evaluate((element) => element.removeAttribute('maxlength'));
      await field.fill(text + TOO_LONG);
    }
    await send(form, one);
    const heading = one.spoil ? 'Not found' : 'The address or the form is not valid';
    expect(await expectRefused(page, one, heading)).toMatch(one.refused);
    expect(await stored(one)).toEqual([]);
    await page.getByRole('link', { name: 'Back to the form' }).click();
    await fillAndSend(page, one);
    await said(page, one.says);
  });

  each('%s: a session that ended keeps what was typed', async (_name, one) => {
    const { page, window } = await open(one);
    const form = await fill(page, one);
    await window.clearCookies();
    await send(form, one);
    await expectRefused(page, one, 'Sign in');
    expect(await stored(one)).toEqual([]);
    const { secret } = await giveToken({ subject: 'bob', person: true });
    await page.getByLabel('API token').fill(secret);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await formOf(page, one).waitFor({ state: 'attached' });
    const kept = await fieldsOf(formOf(page, one), one);
    expect(kept).toEqual(one.typed);
    await send(formOf(page, one), one);
    await said(page, one.says);
    expect(await stored(one)).toEqual(one.expected);
  });

  /** What the fields have that a person types into. */
  async function fieldsOf(form: Locator, { typed }: FormCase): Promise<Record<string, string>> {
    const found: Record<string, string> = {};
    for (const name of Object.keys(typed)) {
      const field = form.locator(`[name="${name}"]`);
      if (name !== 'force') found[name] = await field.inputValue();
      else if (await field.isChecked()) found[name] = 'yes';
    }
    return found;
  }

  each('%s: a form of another session is refused', async (_name, one) => {
    const { page } = await open(one);
    for (const isMissing of [true, false]) {
      const form = await fill(page, one);
      await form.locator('[name="antiForgery"]').evaluate((element, gone) => {
        if (gone) element.remove();
        else element.setAttribute('value', 'x'.repeat(64));
      }, isMissing);
      await send(form, one);
      const text = await expectRefused(page, one, 'You may not do this');
      expect(text).toContain('The form is not of this session.');
      await page.getByRole('link', { name: 'Back to the form' }).click();
      await formOf(page, one).waitFor({ state: 'attached' });
    }
    expect(await stored(one)).toEqual([]);
  });

  each('%s: who may only read has no form, and sends none', async (_name, one) => {
    const { page, window, path } = await open(one);
    const action = String(await formOf(page, one).getAttribute('action'));
    const hidden = formOf(page, one).locator('input[type="hidden"], select');
    const fields: Record<string, string> = { ...one.typed };
    for (const field of await hidden.all()) {
      fields[String(await field.getAttribute('name'))] = await field.inputValue();
    }
    if (action.endsWith('/decide')) fields.decision = one.name;
    const callers = [
      {
        subject: 'eve',
        person: true,
        scopes: READING.filter((scope) => scope !== one.reads),
      },
      ...(one.ofPerson ? [{ subject: 'eve', person: false }] : []),
    ];
    for (const caller of callers) {
      await window.clearCookies();
      await signInWith(window, origin, caller);
      await page.goto(origin + path);
      expect(await formOf(page, one).count()).toBe(0);
      const antiForgery = await page
        .locator('form[action="/ui/sign-out"] [name="antiForgery"]')
        .inputValue();
      const answered = page.waitForResponse((response) => response.url() === origin + action);
      await forge(page, action, { ...fields, antiForgery });
      expect((await answered).status()).toBe(caller.person ? 403 : 409);
      await page.getByRole('link', { name: 'Back to the form' }).waitFor();
    }
    expect(await storedBy(one, 'eve')).toEqual([]);
  });

  /** Sends a form that the page does not have. */
  const forge = (page: Page, action: string, fields: Record<string, string>) =>
    page.evaluate(
      ([to, entries]) => {
        const form = document.createElement('form');
        form.method = 'post';
        form.action = to;
        for (const [name, value] of entries) {
          const input = document.createElement('input');
          Object.assign(input, { type: 'hidden', name, value });
          form.append(input);
        }
        document.body.append(form);
        form.submit();
      },
      [action, Object.entries(fields)] as const,
    );

  it.each([true, false])(
    'stale: says what changed, and approving again works, with JavaScript: %s',
    async (javaScriptEnabled) => {
      const [one] = FORMS as [FormCase];
      const { page } = await open(one, { javaScriptEnabled });
      const form = await fill(page, one);
      const { headers } = await giveToken({ subject: 'jenkins' });
      const failing = { type: 'application/xml', label: 'unit-tests', headers };
      const sent = await upload(context.app, scene.waiting, junit('passed', 'failure'), failing);
      expect(sent.statusCode).toBe(201);
      const answered = page.waitForResponse((response) => response.request().method() === 'POST');
      await send(form, one);
      expect((await answered).status()).toBe(409);
      const text = await expectRefused(page, one, 'The release changed after you read it');
      expect(text).toMatch(/production is not as you saw it: .*tests-passed/);
      expect(await stored(one)).toEqual([]);
      await page.getByRole('link', { name: 'Back to the form' }).click();
      if (javaScriptEnabled) {
        expect(await fieldsOf(formOf(page, one), one)).toEqual(one.typed);
        await send(formOf(page, one), one);
      } else {
        await fillAndSend(page, one);
      }
      await said(page, one.says);
      expect(await stored(one)).toEqual(one.expected);
    },
  );

  it('a choice that was undone stays undone after a sign-in', async () => {
    const one = FORMS.find(({ action }) => action === '/stop') as FormCase;
    const { page, window } = await open(one);
    const form = await fill(page, one);
    await form.getByLabel('Let rollbacks pass').uncheck();
    await window.clearCookies();
    await send(form, one);
    await signInWith(window, origin, { subject: 'bob', person: true });
    await page.goto(`${origin}/ui/environments/production`);
    await send(formOf(page, one), one);
    await said(page, one.says);
    expect(await stored(one)).toEqual([{ ...one.typed, rollbacks: false }]);
  });

  it('signs in and out: a wrong token is refused, and each works when sent again', async () => {
    opened = await chromium.open();
    const { page, context: window } = opened;
    await page.goto(`${origin}/ui/policies`);
    const enter = async (token: string) => {
      await page.getByLabel('API token').fill(token);
      await page.getByRole('button', { name: 'Sign in' }).dblclick();
    };
    await enter('srp_wrong');
    await page.getByRole('alert').getByText('The token was refused.').waitFor();
    expect(await page.getByLabel('API token').inputValue()).toBe('');
    expect(await page.locator('main').textContent()).not.toContain('srp_wrong');
    const { secret } = await giveToken({ subject: 'bob' });
    await enter(secret);
    await page.getByRole('heading', { level: 1, name: 'Policies' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).dblclick();
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
    expect(await window.cookies(`${origin}/ui`)).toEqual([]);
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
  });

  it('signing out needs the token of the session, and ends nothing without', async () => {
    opened = await chromium.open();
    const { page, context: window } = opened;
    await signInWith(window, origin, { subject: 'bob' });
    await page.goto(`${origin}/ui/policies`);
    const field = page.locator('form[action="/ui/sign-out"] [name="antiForgery"]');
    await field.evaluate((element) => element.remove());
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { level: 1, name: 'You may not do this' }).waitFor();
    await page.goto(`${origin}/ui/policies`);
    await page.getByRole('heading', { level: 1, name: 'Policies' }).waitFor();
  });

  it('has a case for each form that the sources have', async () => {
    const { readdir, readFile } = await import('node:fs/promises');
    const folder = new URL('../../src/ui/', import.meta.url);
    const actions = new Set<string>();
    for (const name of await readdir(folder, { recursive: true })) {
      if (!name.endsWith('.tsx')) continue;
      const text = await readFile(new URL(name, folder), 'utf8');
      for (const [, path = ''] of text.matchAll(/method="post"\s+action=[{`"]*([^`"]+)[`"]/g)) {
        actions.add(path.replace(/^.*\//, '/'));
      }
    }
    // Both acts of a break-glass are one form of the sources.
    const known = FORMS.map(({ action }) =>
      action === '/confirm' || action === '/end' ? ACT : action,
    );
    expect([...actions].sort()).toEqual(
      [...new Set([...known, '/sign-in', '/sign-out', '/audit-pack'])].sort(),
    );
  });
});
