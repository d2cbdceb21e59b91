import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { useOwnApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';

/** Debian's browser. CHROMIUM names another one. */
const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
export const executablePath = [process.env.CHROMIUM ?? '', ...CANDIDATES].find((path) =>
  existsSync(path),
);

if (executablePath === undefined) {
  console.error(
    [
      '',
      '*** NO BROWSER: the pages were NOT tested in a browser.',
      '*** Install Chromium (apt-get install chromium), or set CHROMIUM to its path.',
      '',
    ].join('\n'),
  );
}

const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking'];
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** One browser for the tests of a file. */
export function useChromium() {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: ARGUMENTS });
  });
  afterAll(() => browser?.close());
  return {
    /** Opens a window, and collects what the browser reports: errors of scripts, and what a policy refused. */
    async open(options: BrowserContextOptions = {}) {
      if (!browser) throw new Error('the browser is started in beforeAll');
      const context = await browser.newContext({
        viewport: { width: 1280, height: 900 },
        ...options,
      });
      const page = await context.newPage();
      const reports: string[] = [];
      page.on('pageerror', (error) => reports.push(error.message));
      page.on('console', (message) => {
        // A page that answers 4xx is reported as a failed load, and is meant.
        const isMeant = /Failed to load resource/.test(message.text());
        if (message.type() === 'error' && !isMeant) reports.push(message.text());
      });
      page.on('dialog', (dialog) => {
        reports.push(`dialog: ${dialog.message()}`);
        void dialog.dismiss();
      });
      return { context, page, reports };
    },
  };
}

/** One server that listens, and one browser, for the tests of a file. */
export function useSite() {
  const context = useOwnApp({ AUTH_MODE: 'token' });
  const chromium = useChromium();
  let origin = '';
  beforeEach(async () => {
    if (origin === '') origin = await context.app.listen({ port: 0, host: '127.0.0.1' });
  });
  return {
    context,
    chromium,
    /** `http://127.0.0.1:PORT`, in tests and their hooks. */
    get origin() {
      return origin;
    },
  };
}

/** Signs bob in with the token of a person, in a window. @param at the page that sends to the sign-in */
export async function signIn(page: Page, origin: string, at = '/ui'): Promise<void> {
  const { secret } = await giveToken({ subject: 'bob', person: true });
  await page.goto(`${origin}${at}`);
  await page.getByLabel('API token').fill(secret);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
}

/** Signs a caller in without the form: the browser gets the cookie that the form sets. */
export async function signInWith(
  window: BrowserContext,
  origin: string,
  caller: Parameters<typeof giveToken>[0],
): Promise<void> {
  const { secret } = await giveToken(caller);
  const { hostname: domain } = new URL(origin);
  await window.addCookies([
    { name: 'srp-page', value: secret, domain, path: '/ui', httpOnly: true, sameSite: 'Lax' },
  ]);
}

interface AxeResult {
  violations: { id: string; nodes: { target: string[]; failureSummary: string }[] }[];
}

/** Expects that axe finds nothing against WCAG 2.2 AA. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = (await page.evaluate(`(async () => {
    ${await axeSource()}
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    return axe.run(document, { runOnly: tags });
  })()`)) as AxeResult;
  const found = violations.map(({ id, nodes }) => ({
    id,
    nodes: nodes.map(({ target, failureSummary }) => `${target.join(' ')}: ${failureSummary}`),
  }));
  expect(found).toEqual([]);
}

let source: Promise<string> | undefined;
async function axeSource(): Promise<string> {
  source ??= import('node:fs/promises').then(({ readFile }) => readFile(AXE, 'utf8'));
  return source;
}
