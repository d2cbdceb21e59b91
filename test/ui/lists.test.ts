import { describe, expect, it } from 'vitest';
import type { Scope } from '../../src/access/scopes.js';
import { useApp } from '../support/app.js';
import { person } from '../support/approvals.js';
import { bom, trivy } from '../support/documents.js';
import { upload } from '../support/evidence.js';
import { useRows } from '../support/rows.js';
import { playScene, type Scene } from '../support/scene.js';
import { expectPage, HOSTILE, textOf, visitor } from '../support/ui.js';
import { approve, requested } from '../support/waivers.js';

const guarded = useApp({ AUTH_MODE: 'token' });
let scene: Scene;
useRows(async () => {
  scene = await playScene(guarded.app);
});

const open = async (path: string, scopes?: readonly Scope[], projects: number[] | null = null) =>
  (await visitor(guarded.app, { ...(scopes && { scopes }), projects })).open(path);
const FINDINGS = '/ui/environments/production/findings';

const send = async (release: string, document: unknown, label: string) => {
  const { headers } = await person('alice');
  const response = await upload(guarded.app, release, document, { label, headers });
  expect(response.statusCode, response.body).toBe(201);
};

describe('the findings of what runs', () => {
  useRows(async () => {
    const defect = { id: 'CVE-2026-7', name: HOSTILE, severity: 'LOW', fixed: HOSTILE };
    await send(scene.running, trivy(defect, { id: 'CVE-2026-8', severity: 'HIGH' }), 'more');
  });

  it('has the release of each, and nothing that runs', async () => {
    const page = await open(FINDINGS);
    expect(textOf(page)).toContain('CVE-2026-7');
    expect(page).toContain(`href="/ui/releases/${scene.running}?environment=production"`);
    expect(textOf(page)).toContain(HOSTILE.replace(/\s+/g, ' '));
    expect(await open('/ui/environments/production')).toContain(`href="${FINDINGS}"`);
  });

  it('filters by severity', async () => {
    const page = textOf(await open(`${FINDINGS}?severity=high`));
    expect(page).toContain('CVE-2026-8');
    expect(page).not.toContain('CVE-2026-7');
    expect(textOf(await open(`${FINDINGS}?severity=critical`))).toContain('has such a finding');
  });

  it('says which scope is missing, and hides other projects', async () => {
    const scopes: Scope[] = ['evidence:read'];
    expect(textOf(await open(FINDINGS, scopes))).toContain('deployments:read');
    const bound = await open(FINDINGS, ['evidence:read', 'deployments:read'], [999]);
    expect(bound).not.toContain('CVE-2026-7');
    const reader = await visitor(guarded.app, { scopes: ['deployments:read'] });
    expectPage(await reader.get(FINDINGS), 403);
    expectPage(await reader.get('/ui/environments/nowhere/findings'), 403);
    const alice = await visitor(guarded.app);
    expectPage(await alice.get('/ui/environments/nowhere/findings'), 404);
    expectPage(await alice.get(`${FINDINGS}?severity=bad`), 400);
  });
});

describe('denials', () => {
  it('lists them with the rules that deny, by environment', async () => {
    const page = await open('/ui/denials');
    expect(page).toContain(`href="/ui/releases/${scene.denied}?environment=production"`);
    expect(textOf(page)).toContain('max-findings');
    expect(page).toContain('href="/ui/denials?environment=production"');
    expect(textOf(await open('/ui/denials?environment=other'))).toContain('Nothing was denied');
    const unnamed = textOf(await open('/ui/denials', ['verdicts:read']));
    expect(unnamed).toContain('a release');
  });

  it('hides those of other projects', async () => {
    expect(textOf(await open('/ui/denials', ['verdicts:read'], [999]))).toContain('Nothing was');
    const reader = await visitor(guarded.app, { scopes: ['releases:read'] });
    expectPage(await reader.get('/ui/denials'), 403);
  });
});

describe('policies', () => {
  it('say which environments they guard, and in which version', async () => {
    const page = await open('/ui/policies');
    expect(page).toContain('href="/ui/policies/production-gate"');
    expect(textOf(page)).toMatch(
      /production-gate.*Guards acceptance always the latest version production always the latest version/,
    );
    const policy = textOf(await open('/ui/policies/production-gate'));
    expect(policy).toContain('production always the latest version');
    expect(policy).toContain('"rule": "approvals"');
  });

  it('need their scopes', async () => {
    const page = textOf(await open('/ui/policies', ['policies:read']));
    expect(page).toContain('environments:read');
    const reader = await visitor(guarded.app, { scopes: ['releases:read'] });
    expectPage(await reader.get('/ui/policies'), 403);
    expectPage(await (await visitor(guarded.app)).get('/ui/policies/nothing'), 404);
  });
});

describe('the components of a release', () => {
  it('are filtered by package and by licence', async () => {
    await send(scene.denied, bom([{ name: 'left-pad', version: '1.0.0', licence: 'WTFPL' }]), 'x');
    const path = `/ui/releases/${scene.denied}/components`;
    expect(await open(`/ui/releases/${scene.denied}`)).toContain(`href="${path}"`);
    expect(textOf(await open(path))).toContain('left-pad');
    const only = textOf(await open(`${path}?purl=&licence=WTFPL`));
    expect(only).toContain('left-pad');
    expect(only).not.toContain('log4js-core');
    const other = textOf(await open(`${path}?purl=pkg%3Anpm%2Fleft-pad&licence=MIT`));
    expect(other).toContain('No current SBOM has such a component');
    const alice = await visitor(guarded.app);
    expectPage(await alice.get(`${path}?purl=lodash`), 400);
  });
});

describe('the history of a guard', () => {
  it('is on the page of the environment, for callers who may read events', async () => {
    const page = textOf(await open('/ui/environments/production'));
    expect(page).toContain(
      'policies from baseline (latest version) to production-gate (latest version)',
    );
    const scopes: Scope[] = ['environments:read', 'deployments:read'];
    expect(textOf(await open('/ui/environments/production', scopes))).toContain('events:read');
  });
});

describe('waivers that end soon', () => {
  it('are in the inbox', async () => {
    const { app } = guarded;
    const [alice, bob] = [await person('alice'), await person('bob')];
    const body = { projectId: scene.payments, rule: 'CVE-2026-9', expiresAt: undefined };
    const asked = { ...body, expiresInDays: 5 };
    const waiver = await requested(app, asked, alice.headers);
    expect(textOf(await open('/ui/inbox'))).not.toContain('Waivers that end within');
    expect((await approve(app, waiver.id, bob.headers)).statusCode).toBe(200);
    const page = textOf(await open('/ui/inbox'));
    expect(page).toMatch(/Waivers that end within 14 days.*CVE-2026-9/);
    expect(page).not.toContain('undefined');
  });
});
