import { describe, expect, it } from 'vitest';
import { FIND_RELEASES_AMONG } from '../../src/features/verdicts/collect.sql.js';
import { useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { sql } from '../support/database.js';
import { addArtifact, createRelease, type ReleaseBody, revoke } from '../support/releases.js';
import { expectProblem } from '../support/requests.js';
import { useRows } from '../support/rows.js';
import { assertRelease, evidenceOfAll, keptVerdicts } from '../support/verdicts.js';

const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });
const SHA256 = 'ab'.repeat(32);
let shop: ReleaseBody;
let desk: ReleaseBody;
useRows(async () => {
  shop = await createRelease(context.app);
  desk = await createRelease(context.app, { version: '2.0.0' });
  for (const { id } of [shop, desk]) {
    await addArtifact(context.app, id, { sha256: SHA256, kind: 'archive' });
    await evidenceOfAll(context.app, id);
  }
});

const ask = (more: Record<string, string> = {}) =>
  assertRelease(context.app, { sha256: SHA256, ...more });
const project = (release: ReleaseBody) => ({ project: String(release.projectId) });

describe('GET /assert?sha256=…', () => {
  it('200 with the verdict of each release if all are allowed', async () => {
    const response = await ask();
    expect(response.statusCode, response.body).toBe(200);
    expect(response.json().verdicts).toMatchObject([
      { releaseId: shop.id, decision: 'allow' },
      { releaseId: desk.id, projectId: desk.projectId, decision: 'allow' },
    ]);
    expect(await keptVerdicts()).toBe(2);
  });

  it('404 with what to ask instead for another digest of an artifact', async () => {
    const [index, own] = ['cd'.repeat(32), 'ef'.repeat(32)];
    await addArtifact(context.app, shop.id, { sha256: own, digests: [`sha256:${index}`] });
    const { detail } = expectProblem(await ask({ sha256: index }), 404, 'artifact-not-found');
    expect(detail).toContain('ask with the own digest of the artifact, or with release');
    expect((await ask({ sha256: own })).json()).toHaveProperty('verdicts');
  });

  it('accepts a digest in capitals', async () => {
    expect((await ask({ sha256: SHA256.toUpperCase() })).statusCode).toBe(200);
  });

  it('409 with all verdicts if one release is revoked', async () => {
    await revoke(context.app, desk.id, 'Leaks');
    const problem = expectProblem(await ask(), 409, 'release-denied');
    const { name } = (await context.app.inject(`/projects/${desk.projectId}`)).json();
    expect(problem.reasons).toEqual([
      `${name} 2.0.0: release-revoked: 2.0.0 is revoked and cannot ship to any environment: Leaks. Register a new release`,
    ]);
    expect(problem.verdicts).toMatchObject([
      { releaseId: shop.id, decision: 'allow' },
      { releaseId: desk.id, decision: 'deny' },
    ]);
  });

  it('considers only the releases of the given project', async () => {
    await revoke(context.app, desk.id);
    expect((await ask(project(shop))).json().verdicts).toMatchObject([{ releaseId: shop.id }]);
    expectProblem(await ask(project(desk)), 409, 'release-denied');
    expectProblem(await ask({ project: '77' }), 404, 'artifact-not-found');
  });

  it('considers only the projects that the caller is bound to', async () => {
    await revoke(context.app, desk.id);
    const askAs = async (projects: number[]) =>
      assertRelease(guarded.app, { sha256: SHA256 }, (await giveToken({ projects })).headers);
    expect((await askAs([shop.projectId])).json().verdicts).toHaveLength(1);
    expectProblem(await askAs([desk.projectId]), 409, 'release-denied');
    expectProblem(await askAs([77]), 404, 'artifact-not-found');
  });

  it('404 for an unregistered artifact, which is not allowed by default', async () => {
    const response = await ask({ sha256: 'cd'.repeat(32) });
    const { detail } = expectProblem(response, 404, 'artifact-not-found');
    expect(detail).toContain(`No release has an artifact ${'cd'.repeat(32)}`);
  });

  it('404 for an unknown environment', async () => {
    expectProblem(await ask({ environment: 'moon' }), 404, 'environment-not-found');
  });

  it('400 for an artifact of more than 100 releases, unless a project has fewer', async () => {
    await sql(
      `INSERT INTO releases (id, project_id, version, commit, created_by, updated_by)
       SELECT gen_random_uuid(), $1, '3.0.' || n, repeat('a', 40), 'x', 'x' FROM generate_series(1, 100) n`,
      [shop.projectId],
    );
    await sql(
      `INSERT INTO artifacts (id, project_id, release_id, name, kind, sha256, created_by)
       SELECT gen_random_uuid(), project_id, id, 'image', 'container', $1, 'x' FROM releases
        WHERE version LIKE '3.0.%'`,
      [SHA256],
    );
    const { errors } = expectProblem(await ask(), 400, 'validation-failed');
    expect(errors).toMatchObject([{ in: 'query', pointer: '/sha256' }]);
    expect((await ask(project(desk))).statusCode).toBe(200);
  });

  it('reads only artifacts of the given project, however many others have the same artifact', async () => {
    await sql(
      `INSERT INTO releases (id, project_id, version, commit, created_by, updated_by)
       SELECT gen_random_uuid(), $1, '4.0.' || n, repeat('a', 40), 'x', 'x' FROM generate_series(1, 3000) n`,
      [shop.projectId],
    );
    await sql(
      `INSERT INTO artifacts (id, project_id, release_id, name, kind, sha256, created_by)
       SELECT gen_random_uuid(), project_id, id, 'image', 'container', $1, 'x' FROM releases
        WHERE version LIKE '4.0.%'`,
      [SHA256],
    );
    await sql('ANALYZE artifacts');
    const { text } = FIND_RELEASES_AMONG;
    const given = text.replace('$1', `'${SHA256}'`).replace('$2', `'{${desk.projectId}}'`);
    const rows = await sql<{ 'QUERY PLAN': string }>(
      `EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) ${given}`,
    );
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toMatch(/Index Cond: .*sha256.*project_id/);
    expect(plan).not.toMatch(/Rows Removed by Filter: [1-9]/);
  });
});
