import { mkdir } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { person, postBreakGlass } from '../support/break-glass.js';
import { sql } from '../support/database.js';
import { playScene, type Scene } from '../support/scene.js';
import { executablePath, expectAccessible, signIn, useSite } from './chromium.js';

/** Where pictures go. Unset: none are taken. */
const PICTURES = process.env.SCREENSHOTS;

describe.skipIf(executablePath === undefined)('the pages in a browser', () => {
  const site = useSite();
  const { context, chromium } = site;
  let scene: Scene;
  let verdict = '';
  let glass = '';

  beforeEach(async () => {
    scene = await playScene(context.app);
    const [row] = await sql<{ id: string }>(
      `SELECT id FROM verdicts WHERE release_id = $1 AND environment = 'production'`,
      [scene.denied],
    );
    verdict = `/ui/verdicts/${row?.id}`;
    const { headers } = await person('alice');
    const broken = await postBreakGlass(context.app, scene.denied, headers, { force: true });
    glass = `/ui/break-glass/${broken.json().id}`;
  });

  const views = (): [name: string, path: string][] => [
    ['environments', '/ui/environments'],
    ['environment', '/ui/environments/production'],
    ['running-findings', '/ui/environments/production/findings'],
    ['denials', '/ui/denials'],
    ['policies', '/ui/policies'],
    ['policy', '/ui/policies/baseline'],
    ['components', `/ui/releases/${scene.denied}/components`],
    ['release-denied', `/ui/releases/${scene.denied}?environment=production`],
    ['release-running', `/ui/releases/${scene.running}?environment=production`],
    ['project', `/ui/projects/${scene.payments}`],
    ['projects', '/ui/projects'],
    ['inbox', '/ui/inbox'],
    ['decide', `/ui/releases/${scene.waiting}/decide?environment=production`],
    ['waiver', `/ui/waivers/${scene.waiver}`],
    ['search', '/ui/search?q=CVE-2021-44228'],
    ['verdict', verdict],
    ['break-glass-form', `/ui/releases/${scene.denied}/break-glass?environment=production`],
    ['break-glass', glass],
  ];

  it.each(['light', 'dark'] as const)('reads without a fault: %s', async (colorScheme) => {
    const { page, reports } = await chromium.open({ colorScheme });
    await page.goto(`${site.origin}/ui`);
    await expectAccessible(page);
    await signIn(page, site.origin);
    for (const [name, path] of views()) {
      await page.goto(site.origin + path);
      await expectAccessible(page);
      if (PICTURES) {
        await mkdir(PICTURES, { recursive: true });
        await page.screenshot({ path: `${PICTURES}/${name}-${colorScheme}.png`, fullPage: true });
      }
    }
    expect(reports).toEqual([]);
    expect(scene.payments).toBeGreaterThan(0);
  });

  it('fits a narrow screen', async () => {
    const { page } = await chromium.open({ viewport: { width: 360, height: 740 } });
    await signIn(page, site.origin);
    for (const [name, path] of views()) {
      await page.goto(site.origin + path);
      const width = await page.evaluate('document.documentElement.scrollWidth');
      expect(width, path).toBeLessThanOrEqual(360);
      await expectAccessible(page);
      if (PICTURES) await page.screenshot({ path: `${PICTURES}/${name}-narrow.png` });
    }
  });
});
