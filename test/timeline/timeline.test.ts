import { describe, expect, it } from 'vitest';
import { NEWEST } from '../../src/contract/position.js';
import { TIMELINE } from '../../src/features/timeline/timeline.sql.js';
import { useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { sql } from '../support/database.js';
import { deployed } from '../support/deployments.js';
import { trivy } from '../support/documents.js';
import { retract, uploaded } from '../support/evidence.js';
import { scannedBlocks } from '../support/plans.js';
import { addArtifact, createRelease, revoke, seal } from '../support/releases.js';
import { createProject, expectProblem, nextPage } from '../support/requests.js';
import { useRows } from '../support/rows.js';
import { evidenceOfAll, type VerdictBody, verdictOf } from '../support/verdicts.js';
import { approve, requested, revokeWaiver, type WaiverBody } from '../support/waivers.js';

const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });

interface Entry {
  id: string;
  time: string;
  type: string;
  subject: { kind: string; id: string };
  releaseId: string | null;
  environment: string | null;
  actor: string;
  text: string;
  data: Record<string, unknown>;
}

/** A release whose state was good, bad and good again, that was deployed and then revoked. */
let release: string;
let good: VerdictBody;
let bad: VerdictBody;
let waiver: WaiverBody;
useRows(async () => {
  const { app } = context;
  await createProject(app);
  await requested(app, { rule: 'CVE-2020-0001' }); // before the release
  release = (await createRelease(app, { projectId: 1 })).id;
  await addArtifact(app, release, { kind: 'archive' });
  await evidenceOfAll(app, release);
  good = await verdictOf(app, release, { environment: 'staging' });
  const scan = await uploaded(app, release, trivy({}), { label: 'other' });
  bad = await verdictOf(app, release, { environment: 'staging' });
  await retract(app, scan.id);
  await verdictOf(app, release, { environment: 'staging' });
  await deployed(app, release, 'staging');
  const [alice, bob] = [await giveToken(), await giveToken({ subject: 'bob' })];
  waiver = await requested(guarded.app, {}, alice.headers);
  await approve(guarded.app, waiver.id, bob.headers);
  await revokeWaiver(guarded.app, waiver.id, 'It is called now', bob.headers);
  await verdictOf(app, release);
  await seal(app, release);
  await revoke(app, release);
});

const get = (query = '', app = context.app, headers = {}) =>
  app.inject({ url: `/releases/${release}/timeline${query}`, headers });
const entries = async (query = ''): Promise<Entry[]> => {
  const response = await get(query);
  expect(response.statusCode, response.body).toBe(200);
  return response.json();
};

describe('GET /releases/{id}/timeline', () => {
  it('says what happened, newest first, one sentence each', async () => {
    const list = await entries();
    expect(list.map(({ type }) => type)).toEqual([
      'release.revoked',
      'release.sealed',
      'verdict.decided',
      'waiver.revoked',
      'waiver.approved',
      'waiver.requested',
      'deployment.recorded',
      'verdict.holds-again',
      'evidence.retracted',
      'verdict.decided',
      'evidence.received',
      'verdict.decided',
      ...Array.from({ length: 4 }, () => 'evidence.received'),
      'artifact.added',
      'release.created',
    ]);
    expect(list.map(({ text }) => text).slice(0, 8)).toEqual([
      'anonymous revoked the release. The gate denies it from now on',
      'anonymous sealed the release. It takes no more artifacts',
      'The release may go to production, by a new verdict: anonymous asked',
      'bob revoked a waiver that bob had approved',
      'bob approved a waiver that alice had requested',
      `alice requested a waiver for CVE-2021-23337, until ${waiver.expiresAt}`,
      'anonymous recorded a deployment to staging. The gate allows it',
      'The release may go to staging, as decided before on the same inputs: anonymous asked',
    ]);
    expect(list.map(({ time }) => time)).toEqual(
      list
        .map(({ time }) => time)
        .sort()
        .reverse(),
    );
  });

  it('ends with the decision that holds, with its verdict', async () => {
    const [deployment, holds, , denied, , first] = (await entries('?environment=staging')).filter(
      ({ type }) => !/^(release|waiver)/.test(type),
    );
    expect(deployment).toMatchObject({ environment: 'staging', data: { verdict: good.id } });
    expect(holds).toMatchObject({
      subject: { kind: 'verdict', id: good.id },
      environment: 'staging',
      actor: 'anonymous',
      releaseId: release,
      data: { decision: 'allow', before: bad.id, verdictHash: good.verdictHash },
    });
    expect(denied).toMatchObject({ subject: { id: bad.id }, data: { decision: 'deny' } });
    expect(first).toMatchObject({ subject: { id: good.id }, data: { before: null } });
  });

  it('has the waivers of the project, which are for every release, since the release exists', async () => {
    const waivers = (await entries()).filter(({ type }) => type.startsWith('waiver.'));
    expect(waivers.map(({ subject }) => subject.id)).toEqual([waiver.id, waiver.id, waiver.id]);
    expect(waivers.map(({ releaseId }) => releaseId)).toEqual([null, null, null]);
  });

  it('leaves out decisions and deployments of other environments', async () => {
    const types = async (query: string) =>
      (await entries(query)).flatMap(({ environment }) => environment ?? []);
    expect(await types('?environment=production')).toEqual(['production']);
    expect(new Set(await types('?environment=staging'))).toEqual(new Set(['staging']));
    expect(await types('?environment=moon')).toEqual([]);
    expect((await entries('?environment=moon')).length).toBeGreaterThan(5);
  });

  it('is limited by time and read in pages', async () => {
    const list = await entries();
    const [from, to] = [list[9]?.time, list[4]?.time];
    const within = list.filter(({ time }) => time >= String(from) && time < String(to));
    expect(await entries(`?from=${from}&to=${to}`)).toEqual(within);
    const seen: Entry[] = [];
    for (let url: string | undefined = `/releases/${release}/timeline?limit=5`; url; ) {
      const page = await context.app.inject(url);
      seen.push(...page.json());
      url = nextPage(page);
    }
    expect(seen).toEqual(list);
  });

  it('has nothing of other releases', async () => {
    const other = await createRelease(context.app, { projectId: 1, version: '2.0.0' });
    await verdictOf(context.app, other.id);
    expect((await entries()).every(({ releaseId }) => releaseId !== other.id)).toBe(true);
    const page = await context.app.inject(`/releases/${other.id}/timeline`);
    const types = page.json().map(({ type }: Entry) => type);
    expect(types).toEqual(['verdict.decided', 'release.created']);
  });

  it('has what was written beside the API', async () => {
    await sql(`UPDATE releases SET notes = 'by hand' WHERE id = $1`, [release]);
    const [last] = await entries('?limit=1');
    const role = last?.actor;
    expect(last).toMatchObject({ type: 'beside-api', subject: { kind: 'release', id: release } });
    expect(last?.text).toBe(
      `Database role ${role} wrote a row of this release beside the API: update`,
    );
  });

  it('reads a page, however many events there are', async () => {
    const rows = (from: number, to: number) =>
      sql(`INSERT INTO events (type, subject_kind, subject_id, project_id, release_id, actor, data)
           SELECT 'waiver.approved', 'waiver', n::text, 1 + n % 2, CASE n % 3 WHEN 0 THEN '${release}'::uuid END, 'x',
                  '{}' FROM generate_series(${from}, ${to}) n; ANALYZE events`);
    const values = [release, 1, null, '-infinity', 'infinity', NEWEST[1], 101];
    await rows(1, 3000);
    const few = await scannedBlocks(TIMELINE, values);
    await rows(3001, 12_000);
    expect(await scannedBlocks(TIMELINE, values)).toBeLessThan(2 * few + 20);
  });

  it.each(['limit=0', 'cursor=x', 'environment=A', 'from=now', 'x=1'])('400: %s', async (query) => {
    expectProblem(await get(`?${query}`), 400, 'validation-failed');
  });

  it('needs the scope for events, and shows a bound caller only its projects', async () => {
    const { headers: mine } = await giveToken({ scopes: ['events:read'], projects: [1] });
    expect((await get('', guarded.app, mine)).json()).toEqual(await entries());
    const { headers: other } = await giveToken({ scopes: ['events:read'], projects: [2] });
    const refused = await get('', guarded.app, other);
    expectProblem(refused, 404, 'release-not-found');
    const { headers: none } = await giveToken({ scopes: ['verdicts:read', 'releases:read'] });
    expectProblem(await get('', guarded.app, none), 403, 'insufficient-scope');
    const missing = '/releases/019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e/timeline';
    expectProblem(await context.app.inject(missing), 404, 'release-not-found');
  });
});
