import type { BrowserContextOptions, Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { useOwnApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { sql } from '../support/database.js';
import { stopped } from '../support/line.js';
import { playScene, type Scene } from '../support/scene.js';
import { HOSTILE } from '../support/ui.js';
import { executablePath, signIn, useChromium } from './chromium.js';

describe.skipIf(executablePath === undefined)('forms in a browser', () => {
  const context = useOwnApp({ AUTH_MODE: 'token' });
  const chromium = useChromium();
  let origin = '';
  let scene: Scene;

  beforeEach(async () => {
    if (origin === '') origin = await context.app.listen({ port: 0, host: '127.0.0.1' });
    scene = await playScene(context.app);
  });

  async function signedIn(options: BrowserContextOptions = {}) {
    const opened = await chromium.open(options);
    await signIn(opened.page, origin, '/ui/inbox');
    await opened.page.getByRole('heading', { name: 'Inbox' }).waitFor();
    return opened;
  }

  const approvals = () =>
    sql('SELECT decision, reason FROM approvals WHERE release_id = $1', [scene.waiting]);

  async function approve(page: Page): Promise<void> {
    await page.getByRole('link', { name: 'Decide for production' }).click();
    await page.getByLabel('Reason').fill('Tested on the desk');
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('Your approval is stored.').waitFor();
  }

  it.each([true, false])('decide, with JavaScript: %s', async (javaScriptEnabled) => {
    const { page, reports } = await signedIn({ javaScriptEnabled });
    await approve(page);
    expect(await approvals()).toEqual([{ decision: 'approve', reason: 'Tested on the desk' }]);
    await page.goBack();
    await page.getByRole('heading', { name: 'Your decision' }).waitFor();
    expect(reports).toEqual([]);
  });

  it('works by keyboard alone', async () => {
    const { page } = await signedIn();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(new URL(page.url()).hash).toBe('#main');
    await page.getByRole('link', { name: 'Decide for production' }).focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('Reason').focus();
    await page.keyboard.type('By keyboard');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('Your approval is stored.').waitFor();
    expect(await approvals()).toEqual([{ decision: 'approve', reason: 'By keyboard' }]);
  });

  it('keeps what was written if the session ended', async () => {
    const { context: window, page } = await signedIn();
    await page.getByRole('link', { name: 'Decide for production' }).click();
    await page.getByLabel('Reason').fill('A long reason');
    await window.clearCookies();
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await page.getByLabel('What you wrote').inputValue()).toBe('A long reason');
    expect(await approvals()).toEqual([]);
  });

  it('runs nothing that others wrote', async () => {
    const { headers } = await giveToken({ subject: HOSTILE });
    await stopped(context.app, { reason: HOSTILE }, 'production', headers);
    const { page, reports } = await signedIn();
    for (const path of ['/ui/environments', '/ui/environments/production']) {
      await page.goto(origin + path);
      await page.getByText(HOSTILE, { exact: false }).first().waitFor();
    }
    await page.goto(`${origin}/ui/search?q=${encodeURIComponent(HOSTILE)}`);
    expect(await page.getByRole('searchbox').inputValue()).toBe(HOSTILE);
    expect(reports).toEqual([]);
  });
});
