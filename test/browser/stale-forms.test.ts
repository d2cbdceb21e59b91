import { describe, expect, it } from 'vitest';
import { giveToken } from '../support/callers.js';
import { junit } from '../support/documents.js';
import { upload } from '../support/evidence.js';
import { executablePath, signInWith } from './chromium.js';
import { FORMS, type FormCase } from './form-cases.js';
import {
  expectRefused,
  fieldsOf,
  fill,
  fillAndSend,
  formOf,
  said,
  send,
  useForms,
} from './form-driver.js';

describe.skipIf(executablePath === undefined)('what changed while a form was open', () => {
  const forms = useForms();

  it.each([true, false])(
    'stale: says what changed, and approving again works, with JavaScript: %s',
    async (javaScriptEnabled) => {
      const [one] = FORMS as [FormCase];
      const { page } = await forms.open(one, { javaScriptEnabled });
      const form = await fill(page, one);
      const { headers } = await giveToken({ subject: 'jenkins' });
      const failing = { type: 'application/xml', label: 'unit-tests', headers };
      const sent = await upload(
        forms.app,
        forms.scene.waiting,
        junit('passed', 'failure'),
        failing,
      );
      expect(sent.statusCode).toBe(201);
      const answered = page.waitForResponse((response) => response.request().method() === 'POST');
      await send(form, one);
      expect((await answered).status()).toBe(409);
      const text = await expectRefused(page, one, 'The release changed after you read it');
      expect(text).toMatch(/production is not as you saw it: .*tests-passed/);
      expect(await forms.stored(one)).toEqual([]);
      await page.getByRole('link', { name: 'Back to the form' }).click();
      if (javaScriptEnabled) {
        expect(await fieldsOf(formOf(page, one), one)).toEqual(one.typed);
        await send(formOf(page, one), one);
      } else {
        await fillAndSend(page, one);
      }
      await said(page, one.says);
      expect(await forms.stored(one)).toEqual(one.expected);
    },
  );

  it('a choice that was undone stays undone after a sign-in', async () => {
    const one = FORMS.find(({ action }) => action === '/stop') as FormCase;
    const { page, window } = await forms.open(one);
    const form = await fill(page, one);
    await form.getByLabel('Let rollbacks pass').uncheck();
    await window.clearCookies();
    await send(form, one);
    await signInWith(window, forms.origin, { subject: 'bob', person: true });
    await page.goto(`${forms.origin}/ui/environments/production`);
    await send(formOf(page, one), one);
    await said(page, one.says);
    expect(await forms.stored(one)).toEqual([{ ...one.typed, rollbacks: false }]);
  });

  it('signs in and out: a wrong token is refused, and each works when sent again', async () => {
    const { page, window } = await forms.openWindow();
    await page.goto(`${forms.origin}/ui/policies`);
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
    expect(await window.cookies(`${forms.origin}/ui`)).toEqual([]);
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
  });

  it('signing out needs the token of the session, and ends nothing without', async () => {
    const { page, window } = await forms.openWindow();
    await signInWith(window, forms.origin, { subject: 'bob' });
    await page.goto(`${forms.origin}/ui/policies`);
    const field = page.locator('form[action="/ui/sign-out"] [name="antiForgery"]');
    await field.evaluate((element) => element.remove());
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { level: 1, name: 'You may not do this' }).waitFor();
    await page.goto(`${forms.origin}/ui/policies`);
    await page.getByRole('heading', { level: 1, name: 'Policies' }).waitFor();
  });
});
