import { describe, expect, it } from 'vitest';
import { AUTHORIZATIONS } from '../../src/features/environments/deployments.schemas.js';
import { COUNT_WEEKS } from '../../src/features/environments/deployments.sql.js';
import { useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { sql } from '../support/database.js';
import { deployed } from '../support/deployments.js';
import { scannedBlocks } from '../support/plans.js';
import { createRelease } from '../support/releases.js';
import { createProject, expectProblem, pointers } from '../support/requests.js';
import { useRows } from '../support/rows.js';
import { evidenceOfAll } from '../support/verdicts.js';

const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });
const rewrite = (statement: string) =>
  sql(`BEGIN; SET LOCAL session_replication_role = replica; ${statement}; COMMIT`);

/** Of two projects each: one that is authorized, and one that is not, ten days ago. */
useRows(async () => {
  for (let projectId = 1; projectId <= 2; projectId += 1) {
    await createProject(context.app);
    const bad = (await createRelease(context.app, { projectId })).id;
    const good = (await createRelease(context.app, { projectId, version: '2.0.0' })).id;
    const { id } = await deployed(context.app, bad);
    await rewrite(
      `UPDATE deployments SET created_at = created_at - interval '10 days' WHERE id = '${id}'`,
    );
    await evidenceOfAll(context.app, good);
    await deployed(context.app, good);
    await deployed(context.app, good, 'staging');
  }
});

const count = (query = '', app = context.app, headers = {}) =>
  app.inject({ url: `/environments/production/deployment-weeks${query}`, headers });
const totals = async (...request: Parameters<typeof count>) =>
  (await count(...request)).json().weeks.map(({ total }: { total: number }) => total);

describe('GET /environments/{name}/deployment-weeks', () => {
  it('counts by week and authorization, the oldest week first', async () => {
    const { weeks } = (await count()).json();
    expect(weeks).toHaveLength(13);
    const none = Object.fromEntries(AUTHORIZATIONS.map((name) => [name, 0]));
    expect(weeks.at(-1)).toMatchObject({ total: 2, byAuthorization: { ...none, authorized: 2 } });
    expect(weeks.at(-2)).toMatchObject({ total: 2, byAuthorization: { ...none, unauthorized: 2 } });
    expect(weeks.at(-3)).toMatchObject({ total: 0, byAuthorization: none });
    const begins = weeks.map(({ from }: { from: string }) => Date.parse(from));
    for (let at = 1; at < 13; at += 1) expect(begins[at] - begins[at - 1]).toBe(7 * 86_400_000);
  });

  it('takes a project and a number of weeks', async () => {
    expect(await totals('?project=1&weeks=2')).toEqual([1, 1]);
    expect(await totals('?weeks=1')).toEqual([2]);
    expect(await totals('?weeks=53')).toHaveLength(53);
    const wrong = await count('?weeks=54');
    expectProblem(wrong, 400, 'validation-failed');
    expect(pointers(wrong.json())).toEqual(['/weeks']);
  });

  it('counts only projects that the caller reaches', async () => {
    const bound = await giveToken({ scopes: ['deployments:read'], projects: [2] });
    expect(await totals('?weeks=2', guarded.app, bound.headers)).toEqual([1, 1]);
    const other = await count('?project=1', guarded.app, bound.headers);
    expectProblem(other, 404, 'project-not-found');
    const none = await giveToken({ scopes: ['projects:read'] });
    expectProblem(await count('', guarded.app, none.headers), 403, 'insufficient-scope');
  });

  it('404 for an environment or project that is not there', async () => {
    const unknown = await context.app.inject('/environments/nowhere/deployment-weeks');
    expectProblem(unknown, 404, 'environment-not-found');
    expectProblem(await count('?project=99'), 404, 'project-not-found');
  });

  it('reads the weeks that it counts, however many there are before', async () => {
    const rows = (from: number, to: number, days: number) =>
      rewrite(`INSERT INTO deployments (id, project_id, release_id, environment, decision, created_at, created_by)
               SELECT uuid_v7(), 1, release_id, 'production', 'none',
                      now() - interval '${days} days' - make_interval(secs => n), 'x'
                 FROM (SELECT release_id FROM deployments LIMIT 1) d, generate_series(${from}, ${to}) n`);
    const blocks = async () => {
      await sql('ANALYZE deployments');
      return scannedBlocks(COUNT_WEEKS, ['production', new Date(), 13, [...AUTHORIZATIONS], null]);
    };
    await rows(1, 1000, 1);
    await rows(1, 2000, 200);
    const few = await blocks();
    await rows(2001, 12_000, 200);
    expect(await blocks()).toBeLessThan(2 * few + 20);
  });
});
