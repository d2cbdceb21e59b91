import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { logApp } from '../support/log.js';
import { shippedRelease } from '../support/packs.js';
import { executablePath, expectAccessible, useChromium } from './chromium.js';

describe.skipIf(executablePath === undefined)('the proof of a decision in a browser', () => {
  const open = useApp();
  const chromium = useChromium();

  async function opened() {
    const { allowed } = await shippedRelease(open.app);
    const { app } = await logApp({ env: { AUTH_MODE: 'token' } });
    const origin = await app.listen({ port: 0, host: '127.0.0.1' });
    const { context: window, page, reports } = await chromium.open();
    // Otherwise the server waits for the connection that the browser keeps.
    onTestFinished(() => window.close());
    const { secret } = await giveToken({ subject: 'bob', person: true });
    await page.goto(`${origin}/ui/verdicts/${allowed.id}`);
    await page.getByLabel('API token').fill(secret);
    const path = `${origin}/ui/verdicts/${allowed.id}`;
    return { page, reports, path, verdict: allowed };
  }

  /** Signs in, which opens the page of the decision. @returns the states of the three checks */
  async function states(page: Page): Promise<string[]> {
    const done = page.locator('[data-proof][data-state="done"]');
    await done.waitFor();
    return done.locator('.badge').allTextContents();
  }
  const signIn = (page: Page) => page.getByRole('button', { name: 'Sign in' }).click();

  it('checks the entry, the path and the signature', async () => {
    const { page, reports } = await opened();
    await signIn(page);
    const [statement, inclusion, signature] = await states(page);
    expect([statement, inclusion]).toEqual(['Checked', 'Checked']);
    const hasEd25519 = await page.evaluate(
      `crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']).then(() => true, () => false)`,
    );
    expect(signature).toBe(hasEd25519 ? 'Checked' : 'Not checked');
    const said = await page.locator('[data-hint]').textContent();
    expect(said).toMatch(/^Entry \d+ of \d+ in the log srp\.invalid\/test\./);
    await expectAccessible(page);
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download the audit pack' }).click();
    expect((await download).suggestedFilename()).toMatch(/^audit-pack-.*\.tar$/);
    expect(reports).toEqual([]);
  });

  const withExtra = (text: string, from: string, to: string) =>
    text.replace(/^extra (\S+)$/m, (_line, extra: string) => {
      const told = Buffer.from(extra, 'base64').toString();
      expect(told).toContain(from);
      return `extra ${Buffer.from(told.replace(from, to)).toString('base64')}`;
    });
  const another = (text: string) => `${text.startsWith('A') ? 'B' : 'A'}${text.slice(1)}`;

  it('says what is wrong', async () => {
    const { page, path: address } = await opened();
    await signIn(page);
    await states(page);
    let change = (text: string) => text;
    await page.route(`${address}/proof`, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: change(await response.text()) });
    });
    /** The states for a proof with another text, as a server sends it that is wrong. */
    const changed = async (next: typeof change) => {
      change = next;
      await page.reload();
      return states(page);
    };
    const path = await changed((text) => text.replace(/^[\w+/]{43}=$/m, another));
    expect(path.slice(0, 2)).toEqual(['Checked', 'Wrong']);
    const statement = await changed((text) =>
      withExtra(text, '\\"decision\\":\\"allow\\"', '\\"decision\\":\\"deny\\"'),
    );
    expect(statement.slice(0, 2)).toEqual(['Wrong', 'Wrong']);
    const size = await changed((text) =>
      text.replace(/^(srp\.invalid\/test\n)(\d+)$/m, (_all, origin, old) => `${origin}${old}9`),
    );
    expect(size[2]).not.toBe('Checked');
    const index = await changed((text) => text.replace(/^index \d+$/m, 'index 0'));
    expect(index[1]).toBe('Wrong');
    expect(await changed(() => 'nonsense')).toEqual(['Wrong', 'Wrong', 'Wrong']);
    expect((await changed((text) => text)).slice(0, 2)).toEqual(['Checked', 'Checked']);
  });

  it('checks nothing, and says so, if there is no proof', async () => {
    const { page, path } = await opened();
    await page.route(`${path}/proof`, (route) => route.abort());
    await signIn(page);
    expect(await states(page)).toEqual(['Not checked', 'Not checked', 'Not checked']);
    expect(await page.locator('[data-hint]').textContent()).toContain('Nothing was checked');
  });
});
