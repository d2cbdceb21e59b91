import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { SCOPE_NAMES } from '../../src/access/scopes.js';
import { person, postBreakGlass } from '../support/break-glass.js';
import { sql } from '../support/database.js';
import { useRows } from '../support/rows.js';
import { playScene, type Scene } from '../support/scene.js';
import { executablePath, signInWith, useSite } from './chromium.js';

const READING = SCOPE_NAMES.filter((scope) => scope.endsWith(':read'));
/** Words of the scene that only those of its projects may read. */
const SECRETS = /payments|ledger|log4js|1\.4\.0|template\(\)/;

describe.skipIf(executablePath === undefined)('pages without rights in a browser', () => {
  const site = useSite();
  const { context, chromium } = site;
  let scene: Scene;
  let verdict = '';
  let glass = '';
  useRows(async () => {
    scene = await playScene(context.app);
    const [row] = await sql<{ id: string }>(
      'SELECT id FROM verdicts WHERE release_id = $1 LIMIT 1',
      [scene.denied],
    );
    verdict = String(row?.id);
    const { headers } = await person('alice');
    glass = (await postBreakGlass(context.app, scene.denied, headers, { force: true })).json().id;
  });

  /** Pages about one project. */
  const owned = () => [
    `/ui/projects/${scene.payments}`,
    `/ui/releases/${scene.denied}?environment=production`,
    `/ui/releases/${scene.denied}/components`,
    `/ui/releases/${scene.waiting}/decide?environment=production`,
    `/ui/releases/${scene.denied}/break-glass?environment=production`,
    `/ui/environments/production/break-glass?project=${scene.payments}&version=1.4.0`,
    `/ui/waivers/${scene.waiver}`,
    `/ui/verdicts/${verdict}`,
    `/ui/break-glass/${glass}`,
  ];
  /** Pages about whatever the caller may see. */
  const shared = [
    '/ui/inbox',
    '/ui/environments',
    '/ui/environments/production',
    '/ui/environments/acceptance',
    '/ui/environments/production/findings',
    '/ui/denials',
    '/ui/policies',
    '/ui/policies/baseline',
    '/ui/projects',
    '/ui/search?q=CVE-2021-44228',
    '/ui/search?q=1.4.0',
  ];

  const textOf = async (page: Page) => String(await page.locator('main').textContent());

  it('are not found for a caller of another project, and lists have nothing of it', async () => {
    const { page, context: window, reports } = await chromium.open();
    const [other] = await sql<{ id: number }>(
      `INSERT INTO projects (name) VALUES ('elsewhere') RETURNING id`,
    );
    const projects = [Number(other?.id)];
    await signInWith(window, site.origin, { subject: 'mallory', person: true, projects });
    for (const path of owned()) {
      const answer = await page.goto(site.origin + path);
      expect(answer?.status(), path).toBe(404);
      expect(await page.getByRole('heading', { level: 1 }).textContent(), path).toBe('Not found');
      expect((await textOf(page)).replaceAll('1.4.0', ''), path).not.toMatch(SECRETS);
    }
    for (const path of shared) {
      const answer = await page.goto(site.origin + path);
      expect(answer?.status(), path).toBe(200);
      expect((await textOf(page)).replaceAll('1.4.0', ''), path).not.toMatch(SECRETS);
    }
    expect(reports).toEqual([]);
  });

  it('have no form for who may only read, but those of questions', async () => {
    const { page, context: window, reports } = await chromium.open();
    await signInWith(window, site.origin, { subject: 'eve', person: true, scopes: READING });
    const lookUp = '/production/break-glass?';
    for (const path of [...owned(), ...shared].filter((one) => !one.includes(lookUp))) {
      const answer = await page.goto(site.origin + path);
      expect(answer?.status(), path).toBe(200);
      const actions = await page
        .locator('form[method="post"]')
        .evaluateAll((forms) => forms.map((form) => form.getAttribute('action')));
      const others = actions.filter((action) => !/\/(?:sign-out|rollback)$/.test(String(action)));
      expect(others, path).toEqual([]);
    }
    expect(reports).toEqual([]);
  });

  it('ask who did not sign in to do so, say nothing, and return to the page', async () => {
    const { page, reports } = await chromium.open();
    for (const path of [...owned(), ...shared]) {
      const answer = await page.goto(site.origin + path);
      expect(answer?.status(), path).toBe(401);
      expect(await page.getByRole('heading', { level: 1 }).textContent(), path).toBe('Sign in');
      expect(await textOf(page), path).not.toMatch(SECRETS);
      expect(await page.locator('[name="return"]').inputValue(), path).toBe(path);
    }
    expect(reports).toEqual([]);
  });
});
