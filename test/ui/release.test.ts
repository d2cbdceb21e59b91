import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { bom, junit, trivy } from '../support/documents.js';
import { upload } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { createProject } from '../support/requests.js';
import { useRows } from '../support/rows.js';
import { playScene, type Scene } from '../support/scene.js';
import { expectPage, HOSTILE, textOf, visitor } from '../support/ui.js';

const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });
const NOWHERE = '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e';

describe('/ui/releases/{id} of a company in the middle of its day', () => {
  let scene: Scene;
  useRows(async () => {
    scene = await playScene(guarded.app);
  });

  it('says why a release may not go to production, and what to do', async () => {
    const alice = await visitor(guarded.app, { subject: 'alice' });
    const page = await alice.open(`/ui/releases/${scene.denied}?environment=production`);
    const text = textOf(page);
    expect(text).toContain('1.4.0 may not go to production.');
    expect(text).toContain('production runs 1.3.0 , since');
    expect(text).toMatch(/✗ tests-passed Denies production-gate, version 1/);
    expect(text).toMatch(/✗ max-findings Denies .*1 critical/);
    expect(text).toMatch(/✓ evidence-required Passes/);
    expect(text).toContain('CVE-2021-44228');
    expect(text).toContain('4 tests 1 failed');
    // What denies comes first.
    expect(text.indexOf('✗ tests-passed')).toBeLessThan(text.indexOf('✓ evidence-required'));
    expect(text).toContain(`'{"releaseId":"${scene.denied}","rule":"RULE"`);
    expect(page).not.toContain('/decide?');
  });

  it('says what runs, and since when', async () => {
    const alice = await visitor(guarded.app);
    const page = textOf(await alice.open(`/ui/releases/${scene.running}?environment=production`));
    expect(page).toContain('1.3.0 runs in production. Nothing is to be done.');
    expect(page).toContain('Approved alice for production');
    expect(page).toContain('Tested by the desk');
  });

  it('asks people who can approve', async () => {
    const url = `/ui/releases/${scene.waiting}?environment=production`;
    const bob = await visitor(guarded.app, { subject: 'bob' });
    const page = await bob.open(url);
    expect(textOf(page)).toContain(
      '1.3.1 waits to go to production. People must approve it. All other rules pass.',
    );
    expect(page).toContain(`/ui/releases/${scene.waiting}/decide?environment=production`);
    const program = await visitor(guarded.app, { person: false });
    expect(await program.open(url)).not.toContain('/decide?');
    const reader = await visitor(guarded.app, { scopes: ['releases:read', 'verdicts:read'] });
    expect(await reader.open(url)).not.toContain('/decide?');
  });

  it('opens the first environment in which it does not run', async () => {
    const alice = await visitor(guarded.app);
    const page = textOf(await alice.open(`/ui/releases/${scene.denied}`));
    expect(page).toContain('1.4.0 may not go to acceptance.');
  });

  it('filters findings', async () => {
    const alice = await visitor(guarded.app);
    const url = `/ui/releases/${scene.denied}?environment=production`;
    const findings = (page: string) =>
      textOf(page.slice(page.indexOf('id="findings"'), page.indexOf('id="approvals"')));
    expect(findings(await alice.open(url))).toContain('CVE-2021-23337');
    const critical = findings(await alice.open(`${url}&severity=critical`));
    expect(critical).toContain('CVE-2021-44228');
    expect(critical).not.toContain('CVE-2021-23337');
    const low = findings(await alice.open(`${url}&severity=low`));
    expect(low).toContain('No current report has a finding of severity low.');
    expectPage(await alice.get(`${url}&severity=severe`), 400);
  });

  it('shows only what a caller may read, and says what is missing', async () => {
    const url = `/ui/releases/${scene.denied}`;
    const reader = await visitor(guarded.app, { scopes: ['releases:read'] });
    const page = textOf(await reader.open(url));
    for (const scope of ['verdicts:read', 'evidence:read', 'approvals:read', 'events:read']) {
      expect(page).toContain(`It needs the scope ${scope}.`);
    }
    expect(page).not.toContain('may not go');
    expect(page).not.toContain('CVE-');
    const none = await visitor(guarded.app, { scopes: ['verdicts:read'] });
    expectPage(await none.get(url), 403);
    const bound = await visitor(guarded.app, { projects: [scene.payments + 1] });
    expectPage(await bound.get(url), 404);
    expectPage(await bound.get(`/ui/projects/${scene.payments}`), 404);
  });

  it('404: what does not exist', async () => {
    const alice = await visitor(guarded.app);
    expectPage(await alice.get(`/ui/releases/${NOWHERE}`), 404);
    expectPage(await alice.get(`/ui/releases/${scene.denied}?environment=nowhere`), 404);
    expectPage(await alice.get('/ui/releases/1'), 400);
    expectPage(await alice.get('/ui/projects/4711'), 404);
  });

  it('leads there by project', async () => {
    const alice = await visitor(guarded.app);
    const projects = await alice.open('/ui/projects');
    expect(projects).toContain(`href="/ui/projects/${scene.payments}"`);
    const releases = await alice.open(`/ui/projects/${scene.payments}`);
    expect(releases).toContain(`href="/ui/releases/${scene.denied}"`);
  });
});

describe('/ui/releases/{id}', () => {
  it('is a page without anything', async () => {
    const { id } = await createRelease(context.app);
    const alice = await visitor(guarded.app);
    const page = textOf(await alice.open(`/ui/releases/${id}`));
    expect(page).toContain('No evidence was uploaded.');
    expect(page).toContain('Nobody approved or rejected it.');
    expect(page).toContain('may not go to staging');
  });

  it('escapes what others wrote', async () => {
    const { id: projectId } = await createProject(context.app, {
      name: HOSTILE,
      description: HOSTILE,
    });
    const { id } = await createRelease(context.app, {
      projectId,
      branch: HOSTILE,
      notes: HOSTILE,
      links: [{ title: HOSTILE, url: `https://ci.example.org/"><script>alert(1)</script>` }],
    });
    const defect = { id: HOSTILE, name: HOSTILE, version: HOSTILE, fixed: HOSTILE };
    await upload(context.app, id, trivy({ ...defect, severity: 'CRITICAL' }), { label: 'scan' });
    await upload(context.app, id, bom([{ name: HOSTILE, licence: HOSTILE }]), { label: 'sbom' });
    const failing = junit('failure').replaceAll(/name="[^"]*"/g, 'name="&lt;script&gt;alert(1)"');
    await upload(context.app, id, failing, { type: 'application/xml', label: 'tests' });
    const revoke = { reason: HOSTILE };
    await context.app.inject({ method: 'POST', url: `/releases/${id}/revoke`, payload: revoke });
    const alice = await visitor(guarded.app, { subject: HOSTILE });
    for (const url of [
      `/ui/releases/${id}`,
      `/ui/releases/${id}?environment=production`,
      `/ui/projects/${projectId}`,
      '/ui/projects',
    ]) {
      expect(textOf(await alice.open(url))).toContain(HOSTILE);
    }
  });
});
