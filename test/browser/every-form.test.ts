import { describe, expect, it } from 'vitest';
import { SCOPE_NAMES } from '../../src/access/scopes.js';
import { giveToken } from '../support/callers.js';
import { executablePath, signInWith } from './chromium.js';
import { FORMS, storedBy } from './form-cases.js';
import {
  expectRefused,
  fieldsOf,
  fill,
  fillAndSend,
  forge,
  formOf,
  said,
  send,
  useForms,
} from './form-driver.js';

const READING = SCOPE_NAMES.filter((scope) => scope.endsWith(':read'));
/** How the sources write the end of an address for two forms. */
const ACT = ['/$', '{act}'].join('');
const TOO_LONG = 'x'.repeat(10_001);

describe.skipIf(executablePath === undefined)('every form in a browser', () => {
  const forms = useForms();
  const each = it.each(FORMS.map((one) => [one.name, one] as const));

  each('%s: is stored, and the page says so', async (_name, one) => {
    const { page } = await forms.open(one);
    await fillAndSend(page, one);
    await said(page, one.says);
    expect(await forms.stored(one)).toEqual(one.expected);
  });

  each('%s: without JavaScript, clicked twice', async (_name, one) => {
    const { page } = await forms.open(one, { javaScriptEnabled: false });
    const form = await fill(page, one);
    await form.getByRole('button', { name: one.button }).dblclick();
    await said(page, one.says);
    expect(await forms.stored(one)).toEqual(one.expected);
  });

  each('%s: clicked twice, and sent from two windows', async (_name, one) => {
    const { page, window, path } = await forms.open(one);
    const other = await window.newPage();
    await other.goto(forms.origin + path);
    const form = await fill(page, one);
    await fill(other, one);
    await form.getByRole('button', { name: one.button }).dblclick();
    await said(page, one.says);
    await send(formOf(other, one), one);
    await said(other, one.says);
    expect(await forms.stored(one)).toEqual(one.expected);
  });

  each('%s: sent again after going back', async (_name, one) => {
    const { page, path } = await forms.open(one);
    await fillAndSend(page, one);
    await said(page, one.says);
    await page.goBack();
    await page.waitForURL(forms.origin + path);
    expect(await formOf(page, one).count()).toBe(one.stays ? 1 : 0);
    if (one.stays) {
      await fillAndSend(page, one);
      await said(page, one.says);
    }
    expect(await forms.stored(one)).toEqual(one.expected);
  });

  each('%s: a refusal says why, and keeps what was typed', async (_name, one) => {
    const { page } = await forms.open(one);
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
    expect(await forms.stored(one)).toEqual([]);
    await page.getByRole('link', { name: 'Back to the form' }).click();
    await fillAndSend(page, one);
    await said(page, one.says);
  });

  each('%s: a session that ended keeps what was typed', async (_name, one) => {
    const { page, window } = await forms.open(one);
    const form = await fill(page, one);
    await window.clearCookies();
    await send(form, one);
    await expectRefused(page, one, 'Sign in');
    expect(await forms.stored(one)).toEqual([]);
    const { secret } = await giveToken({ subject: 'bob', person: true });
    await page.getByLabel('API token').fill(secret);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await formOf(page, one).waitFor({ state: 'attached' });
    const kept = await fieldsOf(formOf(page, one), one);
    expect(kept).toEqual(one.typed);
    await send(formOf(page, one), one);
    await said(page, one.says);
    expect(await forms.stored(one)).toEqual(one.expected);
  });

  each('%s: a form of another session is refused', async (_name, one) => {
    const { page } = await forms.open(one);
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
    expect(await forms.stored(one)).toEqual([]);
  });

  each('%s: who may only read has no form, and sends none', async (_name, one) => {
    const { page, window, path } = await forms.open(one);
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
      await signInWith(window, forms.origin, caller);
      await page.goto(forms.origin + path);
      expect(await formOf(page, one).count()).toBe(0);
      const antiForgery = await page
        .locator('form[action="/ui/sign-out"] [name="antiForgery"]')
        .inputValue();
      const answered = page.waitForResponse((response) => response.url() === forms.origin + action);
      await forge(page, action, { ...fields, antiForgery });
      expect((await answered).status()).toBe(caller.person ? 403 : 409);
      await page.getByRole('link', { name: 'Back to the form' }).waitFor();
    }
    expect(await storedBy(one, 'eve')).toEqual([]);
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
