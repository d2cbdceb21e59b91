import type { Locator, Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { giveToken } from '../support/callers.js';
import { sql } from '../support/database.js';
import { stopped } from '../support/line.js';
import { playScene, type Scene } from '../support/scene.js';
import { HOSTILE } from '../support/ui.js';
import { executablePath, signIn, useSite } from './chromium.js';

describe.skipIf(executablePath === undefined)(
  'forms by keyboard, and with texts of others, in a browser',
  () => {
    const site = useSite();
    const { context, chromium } = site;
    let scene: Scene;

    beforeEach(async () => {
      scene = await playScene(context.app);
    });

    async function signedIn() {
      const opened = await chromium.open();
      await signIn(opened.page, site.origin, '/ui/inbox');
      await opened.page.getByRole('heading', { name: 'Inbox' }).waitFor();
      return opened;
    }

    const approvals = () =>
      sql('SELECT decision, reason FROM approvals WHERE release_id = $1', [scene.waiting]);

    /** Presses Tab until the element has the focus. */
    async function tabTo(page: Page, target: Locator): Promise<void> {
      for (let presses = 0; presses < 100; presses += 1) {
        await page.keyboard.press('Tab');
        if (await target.evaluate((element) => element === document.activeElement)) return;
      }
      throw new Error(`${target} cannot be reached by Tab`);
    }

    it('works by keyboard alone', async () => {
      const { page } = await signedIn();
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      expect(new URL(page.url()).hash).toBe('#main');
      await tabTo(page, page.getByRole('link', { name: 'Decide for production' }));
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Your decision' }).waitFor();
      await tabTo(page, page.getByLabel('Reason'));
      await page.keyboard.type('By keyboard');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.getByText('Your approval is stored.').waitFor();
      expect(await approvals()).toEqual([{ decision: 'approve', reason: 'By keyboard' }]);
    });

    it('runs nothing that others wrote', async () => {
      const { headers } = await giveToken({ subject: HOSTILE });
      await stopped(context.app, { reason: HOSTILE }, 'production', headers);
      const { page, reports } = await signedIn();
      for (const path of ['/ui/environments', '/ui/environments/production']) {
        await page.goto(site.origin + path);
        await page.getByText(HOSTILE, { exact: false }).first().waitFor();
      }
      await page.goto(`${site.origin}/ui/search?q=${encodeURIComponent(HOSTILE)}`);
      expect(await page.getByRole('searchbox').inputValue()).toBe(HOSTILE);
      expect(reports).toEqual([]);
    });
  },
);
