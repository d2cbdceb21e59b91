import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { giveToken } from '../support/callers.js';
import { sql } from '../support/database.js';
import { bom, trivy } from '../support/documents.js';
import { upload } from '../support/evidence.js';
import { hostileTexts } from '../support/hostile.js';
import { playScene, type Scene } from '../support/scene.js';
import { executablePath, signIn, useSite } from './chromium.js';

const TEXTS = hostileTexts();
const FINDINGS = 'section[aria-labelledby=findings]';

describe.skipIf(executablePath === undefined)('500 hostile texts in a browser', () => {
  const site = useSite();
  const { context, chromium } = site;
  let scene: Scene;

  beforeEach(async () => {
    scene = await playScene(context.app);
  });

  async function signedIn() {
    const opened = await chromium.open();
    await signIn(opened.page, site.origin);
    return opened;
  }

  /** Writes a text into a column of each of many rows, beside the API, which would refuse some. */
  async function spread(): Promise<void> {
    const rows = `unnest($1::text[]) WITH ORDINALITY AS t (text, n)`;
    const insert = (text: string, ...more: unknown[]) => sql(text, [TEXTS, ...more]);
    await insert(
      `INSERT INTO projects (name, description) SELECT left(text, 200), text FROM ${rows}`,
    );
    await insert(
      `INSERT INTO releases (project_id, version, commit, branch, notes, authors, links, created_by, updated_by)
       SELECT $2, '7.0.' || n, repeat('b', 40), left(text, 200), text, ARRAY[left(text, 200)],
              jsonb_build_array(jsonb_build_object('title', text, 'url', text)), left(text, 200), left(text, 200)
         FROM ${rows}`,
      scene.payments,
    );
    await insert(
      `INSERT INTO environment_stops (environment, every_project, project_ids, rollbacks, reason, created_by)
       SELECT 'staging', true, '{}', true, text, left(text, 200) FROM ${rows} LIMIT 100`,
    );
    await insert(
      `INSERT INTO environment_windows (environment, kind, from_local, to_local, days, time_zone, every_project,
                                        project_ids, reason, created_by)
       SELECT 'staging', 'freeze', '2030-01-01T00:00', '2030-01-02T00:00', '{}', 'UTC', true, '{}', text,
              left(text, 200) FROM ${rows} LIMIT 100`,
    );
    await insert(
      `INSERT INTO waivers (project_id, rule, about, reason, expires_at, created_by)
       SELECT $2, left(text, 200), 'finding', text, now() + interval '3 days', left(text, 200) FROM ${rows}`,
      scene.payments,
    );
  }

  /**
   * Walks the pages of a list, and expects that nothing ran in any.
   * @param list the part of the page with the list
   * @returns the number of pages
   */
  async function walk(page: Page, path: string, list = 'main'): Promise<number> {
    await page.goto(site.origin + path);
    for (let pages = 1; ; pages += 1) {
      expect(await page.evaluate('typeof globalThis.ran'), page.url()).toBe('undefined');
      expect(await page.locator('script').count(), page.url()).toBe(1);
      expect(await page.locator('main :is(img, iframe, object, embed, base, meta)').count()).toBe(
        0,
      );
      const next = page.locator(list).getByRole('link', { name: 'Next page' });
      if ((await next.count()) === 0) return pages;
      await next.first().click();
      await page.waitForLoadState();
    }
  }

  it('run nowhere, and the policy refuses nothing', async () => {
    const { headers } = await giveToken({ subject: 'jenkins' });
    const findings = TEXTS.map((text, n) => ({
      id: `CVE-2025-${n + 1000}`,
      name: text,
      fixed: text,
    }));
    const parts = TEXTS.map((text) => ({ name: text, version: text, purl: null, licence: text }));
    const cases = TEXTS.map(
      (text) =>
        `<testcase name="${escaped(text)}"><failure message="${escaped(text)}"/></testcase>`,
    );
    const suite = `<testsuite name="a">${cases.join('')}</testsuite>`;
    const { denied } = scene;
    for (const [document, more] of [
      [trivy(...findings), { label: 'hostile-scan' }],
      [bom(parts), { label: 'hostile-parts' }],
      [suite, { label: 'hostile-tests', type: 'application/xml' }],
    ] as const) {
      const response = await upload(context.app, denied, document, { ...more, headers });
      expect(response.statusCode, response.body).toBe(201);
    }
    await context.app.inject({
      url: `/assert?release=${denied}&environment=production`,
      headers,
    });
    await spread();
    const { page, reports } = await signedIn();
    const listed = Math.ceil(TEXTS.length / 50);
    expect(await walk(page, '/ui/projects')).toBeGreaterThanOrEqual(listed);
    expect(await walk(page, `/ui/projects/${scene.payments}`)).toBeGreaterThanOrEqual(listed);
    expect(
      await walk(page, `/ui/releases/${denied}?environment=production`, FINDINGS),
    ).toBeGreaterThan(9);
    expect(await walk(page, `/ui/releases/${denied}/components`)).toBeGreaterThan(4);
    const releases = await sql<{ id: string }>(
      `SELECT id FROM releases WHERE version LIKE '7.0.%' ORDER BY id LIMIT 10`,
    );
    const waivers = await sql<{ id: string }>(`SELECT id FROM waivers ORDER BY id DESC LIMIT 10`);
    for (const path of [
      '/ui/inbox',
      '/ui/environments',
      '/ui/environments/staging',
      '/ui/denials',
      ...releases.map(({ id }) => `/ui/releases/${id}`),
      ...waivers.map(({ id }) => `/ui/waivers/${id}`),
    ]) {
      await walk(page, path, '.no-list');
    }
    for (const text of TEXTS.filter((_, n) => n % 25 === 0)) {
      await page.goto(`${site.origin}/ui/search?q=${encodeURIComponent(text)}`);
      expect(await page.getByRole('searchbox').inputValue()).toBe(text);
      expect(await page.evaluate('typeof globalThis.ran')).toBe('undefined');
    }
    expect(reports).toEqual([]);
  });
});

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};
const escaped = (text: string) => text.replace(/[&<>"]/g, (one) => ENTITIES[one] ?? one);
