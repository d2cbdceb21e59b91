import { describe, expect, it } from 'vitest';
import { crowd, manyReports } from '../support/crowd.js';
import { sql } from '../support/database.js';
import { playScene, type Scene } from '../support/scene.js';
import { executablePath, expectAccessible, signIn, useSite } from './chromium.js';

/** Bytes of a view with its script, style and pictures. */
const MOST = 100 * 1024;
const MANY = 10_000;

describe.skipIf(executablePath === undefined)('each view in a browser', () => {
  const site = useSite();
  const { context, chromium } = site;

  async function signedIn() {
    const opened = await chromium.open();
    await signIn(opened.page, site.origin);
    return opened;
  }

  const LISTS = [
    '/ui/inbox',
    '/ui/environments',
    '/ui/environments/production',
    '/ui/environments/production/findings',
    '/ui/denials',
    '/ui/projects',
    '/ui/policies',
    '/ui/search?q=CVE-2021-44228',
    '/ui/search?q=crowd',
  ];

  it('says so if it has nothing', async () => {
    const { page, reports } = await signedIn();
    for (const path of LISTS) {
      await page.goto(site.origin + path);
      expect(await page.locator('.empty, .panel').count(), path).toBeGreaterThan(0);
      await expectAccessible(page);
    }
    expect(reports).toEqual([]);
  });

  const viewsOf = (scene: Scene, verdict: string) => [
    ...LISTS,
    `/ui/projects/${scene.payments}`,
    `/ui/releases/${scene.denied}?environment=production`,
    `/ui/releases/${scene.denied}/components`,
    `/ui/releases/${scene.waiting}/decide?environment=production`,
    `/ui/releases/${scene.denied}/break-glass?environment=production`,
    `/ui/waivers/${scene.waiver}`,
    `/ui/verdicts/${verdict}`,
  ];

  it('has one page of 10,000 items, a link to the next, and at most 100 KB', async () => {
    const scene = await playScene(context.app);
    await manyReports(context.app, scene.denied, MANY);
    await crowd(scene, MANY);
    const [row] = await sql<{ id: string }>(
      `SELECT id FROM verdicts WHERE release_id = $1 AND environment = 'production' ORDER BY id LIMIT 1`,
      [scene.denied],
    );
    const { page, reports } = await signedIn();
    const sizes: Record<string, number> = {};
    for (const path of viewsOf(scene, String(row?.id))) {
      let size = 0;
      const bodies: Promise<void>[] = [];
      const add = (response: { body(): Promise<Buffer> }) => {
        const counted = response.body().then(({ length }) => {
          size += length;
        });
        bodies.push(counted);
      };
      page.on('response', add);
      const answer = await page.goto(site.origin + path);
      await Promise.all(bodies);
      page.off('response', add);
      expect(answer?.status(), path).toBe(200);
      sizes[path] = size;
    }
    for (const path of ['/ui/denials', '/ui/projects', `/ui/projects/${scene.payments}`]) {
      await page.goto(site.origin + path);
      await page.getByRole('link', { name: 'Next page' }).click();
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect(new URL(page.url()).searchParams.has('after'), path).toBe(true);
    }
    expect(Object.entries(sizes).filter(([, size]) => size > MOST)).toEqual([]);
    expect(reports).toEqual([]);
  });
});
