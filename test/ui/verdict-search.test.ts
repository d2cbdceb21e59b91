import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { sql } from '../support/database.js';
import { bom, trivy } from '../support/documents.js';
import { upload } from '../support/evidence.js';
import { createRelease, digest } from '../support/releases.js';
import { createProject } from '../support/requests.js';
import { useRows } from '../support/rows.js';
import { playScene, type Scene } from '../support/scene.js';
import { expectPage, HOSTILE, textOf, visitor } from '../support/ui.js';

const guarded = useApp({ AUTH_MODE: 'token' });
const open = useApp();
let scene: Scene;
useRows(async () => {
  scene = await playScene(guarded.app);
});

const verdictOf = async (release: string) => {
  const [row] = await sql<{ id: string }>(
    `SELECT id FROM verdicts WHERE release_id = $1 AND environment = 'production' ORDER BY id DESC`,
    [release],
  );
  return `/ui/verdicts/${row?.id}`;
};

describe('/ui/verdicts/{id}', () => {
  it('shows what was decided, by what, and how to verify it', async () => {
    const alice = await visitor(guarded.app);
    const page = textOf(await alice.open(await verdictOf(scene.denied)));
    expect(page).toContain('Decision: payments 1.4.0 for production');
    expect(page).toContain('The release may not go.');
    expect(page).toContain('jenkins asked');
    expect(page).toMatch(/✗ tests-passed Denies/);
    expect(page).toContain('"environment": "production"');
    expect(page).toContain('The server has no log');
    // What was decided has no next step: the present has.
    expect(page).not.toContain('--json');
  });

  it('is linked from what runs', async () => {
    const alice = await visitor(guarded.app);
    const page = await alice.open('/ui/environments/production');
    expect(page).toContain(`href="${await verdictOf(scene.running)}"`);
  });

  it('403, 404: without the right, and of another project', async () => {
    const url = await verdictOf(scene.denied);
    expectPage(await (await visitor(guarded.app, { scopes: ['releases:read'] })).get(url), 403);
    const bound = await visitor(guarded.app, { projects: [scene.payments + 1] });
    expectPage(await bound.get(url), 404);
  });
});

describe('/ui/search', () => {
  const find = async (q: string, alice = visitor(guarded.app)) =>
    textOf(await (await alice).open(`/ui/search?q=${encodeURIComponent(q)}`));

  it('explains itself without a text', async () => {
    expect(await find(' ')).toContain('Enter a CVE or GHSA');
    const alice = await visitor(guarded.app);
    expect(textOf(await alice.open('/ui/search'))).toContain('Enter a CVE or GHSA');
  });

  it('finds where a vulnerability, a package, an artifact and a project are', async () => {
    expect(await find('CVE-2021-44228')).toMatch(
      /Releases with CVE-2021-44228 .* payments 1\.4\.0/,
    );
    expect(await find('cve-2021-44228')).toContain('payments 1.4.0');
    expect(await find('pkg:npm/log4js-core')).toContain('payments 1.3.0');
    expect(await find(digest(12))).toContain('payments 1.4.0');
    expect(await find(`sha256:${digest(12)}`)).toContain('payments 1.4.0');
    for (const text of ['1.4.0', 'pay 1.4.0', 'payments@1.4.0']) {
      expect(await find(text)).toMatch(/Releases with the version .* payments 1\.4\.0 Open main/);
    }
    expect(await find('PAY')).toMatch(/Projects named PAY .* payments/);
  });

  it('says that it found nothing', async () => {
    expect(await find('CVE-2000-0001')).toContain('No current report');
    expect(await find('pkg:npm/nothing')).toContain('No current SBOM');
    expect(await find('ledger 1.4.0')).toContain('No release with this version');
    expect(await find('9.9.9')).toContain('No release with this version');
    expect(await find(digest(4711))).toContain('No release that you may read');
    expect(await find(HOSTILE)).toContain('No project that you may read');
    expect(await find(HOSTILE)).toContain(HOSTILE);
  });

  it('finds nothing that the caller may not see', async () => {
    const bound = visitor(guarded.app, { projects: [scene.payments + 1] });
    for (const text of ['CVE-2021-44228', 'pkg:npm/log4js-core', digest(12), '1.4.0', 'pay']) {
      expect(await find(text, bound)).not.toContain('payments 1.');
    }
    const reader = visitor(guarded.app, { scopes: ['projects:read'] });
    expect(await find('CVE-2021-44228', reader)).toContain('It needs the scope evidence:read.');
    expect(await find('1.4.0', reader)).toContain('It needs the scope releases:read.');
    const other = visitor(guarded.app, { scopes: ['releases:read'] });
    expect(await find('1.4.0', other)).toContain('It needs the scope projects:read.');
  });

  it('says that it looked for a version in some projects only', async () => {
    await sql(`INSERT INTO projects (name, created_by, updated_by)
               SELECT 'a' || n, 'x', 'x' FROM generate_series(1, 20) n`);
    expect(await find('1.4.0')).toContain('Only the first 20 projects by name');
    expect(await find('payments 1.4.0')).not.toContain('Only the first');
  });

  it('400: what is nearly a CVE or a package URL', async () => {
    const alice = await visitor(guarded.app);
    for (const text of ['CVE-2021-1', 'pkg:nonsense', 'a%00b']) {
      expectPage(await alice.get(`/ui/search?q=${text}`), 400);
    }
  });

  it('escapes what it finds', async () => {
    const { id: projectId } = await createProject(open.app, { name: HOSTILE });
    const { id } = await createRelease(open.app, { projectId });
    const named = { name: HOSTILE, version: HOSTILE };
    await upload(open.app, id, trivy({ id: 'CVE-2020-0001', ...named }), { label: 'scan' });
    await upload(open.app, id, bom([{ ...named, purl: 'pkg:npm/evil@1' }]), { label: 'sbom' });
    for (const text of ['CVE-2020-0001', 'pkg:npm/evil', 'script']) {
      expect(await find(text)).toContain(HOSTILE);
    }
  });
});
