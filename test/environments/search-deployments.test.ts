import { describe, expect, it } from 'vitest';
import {
  SEARCH_AUTHORIZED,
  SEARCH_AUTHORIZED_AMONG,
  SEARCH_DEPLOYMENTS,
  SEARCH_DEPLOYMENTS_AMONG,
} from '../../src/features/environments/deployments.sql.js';
import { useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { sql } from '../support/database.js';
import { type DeploymentBody, deployed } from '../support/deployments.js';
import { scannedBlocks } from '../support/plans.js';
import { createRelease } from '../support/releases.js';
import { createProject, expectProblem, nextPage } from '../support/requests.js';
import { useRows } from '../support/rows.js';
import { evidenceOfAll, verdictOf } from '../support/verdicts.js';

const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });
/** Of two projects each: nobody asked for staging, then denied for production, then an allowed one there. */
let all: DeploymentBody[];
let denial: string | null;
useRows(async () => {
  all = [];
  for (let projectId = 1; projectId <= 2; projectId += 1) {
    await createProject(context.app);
    const bad = (await createRelease(context.app, { projectId })).id;
    const good = (await createRelease(context.app, { projectId, version: '2.0.0' })).id;
    all.push(await deployed(context.app, bad, 'staging'));
    denial = (await verdictOf(context.app, bad)).id;
    all.push(await deployed(context.app, bad));
    await evidenceOfAll(context.app, good);
    await verdictOf(context.app, good);
    all.push(await deployed(context.app, good));
  }
});

const search = (query = '', app = context.app, headers = {}) =>
  app.inject({ url: `/deployments${query}`, headers });
const newest = (...places: number[]) => places.map((place) => all[place]);

describe('POST /environments/{name}/deployments', () => {
  it('records which decision held, with its verdict', async () => {
    expect(all.map(({ decision }) => decision).slice(3)).toEqual(['none', 'deny', 'allow']);
    expect(all[3]?.verdictId).toBeNull();
    expect(all[4]?.verdictId).toBe(denial);
    const [event] = await sql<{ data: string }>(
      `SELECT data FROM events WHERE type = 'deployment.recorded' AND subject_id = '${all[4]?.id}'`,
    );
    expect(JSON.parse(event?.data ?? '')).toMatchObject({ decision: 'deny', verdict: denial });
  });
});

describe('GET /deployments', () => {
  it.each<[string, number[]]>([
    ['', [5, 4, 3, 2, 1, 0]],
    ['?decision=deny', [4, 1]],
    ['?decision=none&project=2', [3]],
    ['?environment=production', [5, 4, 2, 1]],
    ['?environment=moon', []],
    ['?to=2020-01-01T00:00:00Z', []],
    ['?from=2020-01-01T00:00:00Z&decision=allow', [5, 2]],
  ])('%s', async (query, places) => {
    expect((await search(query)).json()).toEqual(newest(...places));
  });

  it('lists them in pages', async () => {
    const seen: DeploymentBody[] = [];
    for (let url: string | undefined = '/deployments?limit=4'; url; ) {
      const page = await context.app.inject(url);
      seen.push(...page.json());
      url = nextPage(page);
    }
    expect(seen).toEqual(newest(5, 4, 3, 2, 1, 0));
  });

  it.each(['decision=maybe', 'environment=A', 'from=now', 'cursor=x', 'history=true'])(
    '400: %s',
    async (query) => expectProblem(await search(`?${query}`), 400, 'validation-failed'),
  );

  it('shows a bound caller only its projects', async () => {
    const { headers } = await giveToken({ scopes: ['deployments:read'], projects: [2] });
    expect((await search('', guarded.app, headers)).json()).toEqual(newest(5, 4, 3));
    const other = await search('?project=1', guarded.app, headers);
    expectProblem(other, 404, 'project-not-found');
    expect((await search('?project=9')).json()).toMatchObject({ code: 'project-not-found' });
  });

  it('reads a page, however large the table is and however rare the decision', async () => {
    const rows = (from: number, to: number) =>
      sql(`BEGIN; SET LOCAL session_replication_role = replica;
        INSERT INTO deployments (id, project_id, release_id, environment, decision, created_at, created_by)
        SELECT uuid_v7(), 1 + n % 2, '${all[0]?.releaseId}', 'production', 'none', now() + n * interval '1 s', 'x'
          FROM generate_series(${from}, ${to}) n; COMMIT; ANALYZE deployments`);
    const rest = ['-infinity', 'infinity', 'infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 101];
    const blocks = async () => [
      await scannedBlocks(SEARCH_DEPLOYMENTS, [null, ['deny'], ...rest]),
      await scannedBlocks(SEARCH_DEPLOYMENTS, [null, ['allow', 'deny', 'none'], ...rest]),
      await scannedBlocks(SEARCH_DEPLOYMENTS_AMONG, ['production', ['deny'], ...rest, [1]]),
      await scannedBlocks(SEARCH_AUTHORIZED, [null, ['unauthorized'], ...rest]),
      await scannedBlocks(SEARCH_AUTHORIZED_AMONG, ['production', ['unauthorized'], ...rest, [1]]),
    ];
    await rows(1, 3000);
    const few = await blocks();
    await rows(3001, 12_000);
    for (const [at, many] of (await blocks()).entries()) {
      expect(many, String(at)).toBeLessThan(2 * (few[at] ?? 0) + 20);
    }
  });
});

describe('GET /environments/{name}/deployments', () => {
  const url = '/environments/production/deployments';
  it('takes the same filters for the history', async () => {
    const denied = await context.app.inject(`${url}?history=true&decision=deny`);
    expect(denied.json()).toEqual(newest(4, 1));
    const before = await context.app.inject(`${url}?history=true&to=2020-01-01T00:00:00Z`);
    expect(before.json()).toEqual([]);
  });

  it.each([
    'decision=deny',
    'authorization=unauthorized',
    'from=2020-01-01T00:00:00Z',
    'to=2020-01-01T00:00:00Z',
  ])('400: %s without the history', async (query) =>
    expectProblem(await context.app.inject(`${url}?${query}`), 400, 'validation-failed'),
  );
});
