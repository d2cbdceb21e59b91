import { describe, expect, it } from 'vitest';
import { SEARCH_VERDICTS, SEARCH_VERDICTS_AMONG } from '../../src/features/verdicts/search.sql.js';
import { useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { sql } from '../support/database.js';
import { scannedBlocks } from '../support/plans.js';
import { createRelease } from '../support/releases.js';
import { createProject, expectProblem, nextPage } from '../support/requests.js';
import { useRows } from '../support/rows.js';
import { evidenceOfAll, type VerdictBody, verdictOf } from '../support/verdicts.js';

const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });
/** Of two projects each: denied for production, then allowed, then allowed for staging. */
let verdicts: VerdictBody[];
useRows(async () => {
  verdicts = [];
  for (let projectId = 1; projectId <= 2; projectId += 1) {
    await createProject(context.app);
    const { id } = await createRelease(context.app, { projectId });
    const denied = await verdictOf(context.app, id);
    await evidenceOfAll(context.app, id);
    const allowed = await verdictOf(context.app, id);
    const staging = await verdictOf(context.app, id, { environment: 'staging' });
    verdicts.push(denied, allowed, staging);
  }
});

const search = (query = '', app = context.app, headers = {}) =>
  app.inject({ url: `/verdicts${query}`, headers });
const idsOf = (list: VerdictBody[]) => list.map(({ id }) => id);
const newest = (...places: number[]) => places.map((place) => verdicts[place]?.id);

describe('GET /verdicts', () => {
  it.each<[string, number[]]>([
    ['', [5, 4, 3, 2, 1, 0]],
    ['?decision=deny', [3, 0]],
    ['?decision=deny&project=1', [0]],
    ['?environment=staging', [5, 2]],
    ['?environment=moon', []],
    ['?environment=production&decision=allow&project=2', [4]],
    ['?to=2020-01-01T00:00:00Z', []],
    ['?from=2020-01-01T00:00:00%2B02:00&decision=deny', [3, 0]],
  ])('%s', async (query, places) => {
    const response = await search(query);
    expect(response.statusCode, response.body).toBe(200);
    expect(idsOf(response.json())).toEqual(newest(...places));
  });

  it('includes `from` and leaves out `to`', async () => {
    const [, , , denied, allowed] = verdicts;
    const query = `?from=${denied?.evaluatedAt}&to=${allowed?.evaluatedAt}`;
    expect(idsOf((await search(query)).json())).toEqual([denied?.id]);
  });

  it('shows the decision that holds', async () => {
    const list: VerdictBody[] = (await search('?project=1&environment=production')).json();
    expect(list.map(({ decidedBy }) => decidedBy)).toEqual(['anonymous', null]);
    expect(list.map(({ askedAt }) => askedAt)).toEqual([undefined, undefined]);
  });

  it('lists them in pages', async () => {
    const seen: VerdictBody[] = [];
    for (let url: string | undefined = '/verdicts?limit=2&decision=allow'; url; ) {
      const page = await context.app.inject(url);
      seen.push(...page.json());
      url = nextPage(page);
    }
    expect(idsOf(seen)).toEqual(newest(5, 4, 2, 1));
  });

  it.each([
    'decision=maybe',
    'environment=A',
    'from=now',
    'to=2016-12-31T23:59:60Z',
    'cursor=x',
    'x=1',
  ])('400: %s', async (query) =>
    expectProblem(await search(`?${query}`), 400, 'validation-failed'),
  );

  it('400: the range ends before it begins', async () => {
    const query = '?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z';
    expectProblem(await search(query), 400, 'validation-failed');
  });

  it('404: the project does not exist', async () => {
    expectProblem(await search('?project=9'), 404, 'project-not-found');
  });

  it('shows a bound caller only its projects', async () => {
    const { headers } = await giveToken({ scopes: ['verdicts:read'], projects: [2] });
    const mine = await search('?decision=deny', guarded.app, headers);
    expect(idsOf(mine.json())).toEqual(newest(3));
    const other = await search('?project=1', guarded.app, headers);
    expectProblem(other, 404, 'project-not-found');
    const { headers: none } = await giveToken({ scopes: ['releases:read'] });
    expectProblem(await search('', guarded.app, none), 403, 'insufficient-scope');
  });

  it('reads a page, however large the table is and however rare the decision', async () => {
    const rows = (from: number, to: number) =>
      sql(`BEGIN; SET LOCAL session_replication_role = replica;
        INSERT INTO verdicts (id, project_id, release_id, environment, decision, engine, inputs_hash, inputs, results,
                              evaluated_at, created_by)
        SELECT uuid_v7(), 1 + n % 2, '${verdicts[0]?.releaseId}', 'production', 'allow', 2,
               encode(sha256(n::text::bytea), 'hex'), '{}', '[]', now() + n * interval '1 s', 'x'
          FROM generate_series(${from}, ${to}) n; COMMIT; ANALYZE verdicts`);
    const all = [null, ['deny'], '-infinity', 'infinity', 'infinity'];
    const values = [...all, 'ffffffff-ffff-ffff-ffff-ffffffffffff', 101];
    const blocks = async () => [
      await scannedBlocks(SEARCH_VERDICTS, values),
      await scannedBlocks(SEARCH_VERDICTS, [null, ['allow', 'deny'], ...values.slice(2)]),
      await scannedBlocks(SEARCH_VERDICTS_AMONG, [...values, [1]]),
    ];
    await rows(1, 3000);
    const few = await blocks();
    await rows(3001, 12_000);
    for (const [at, many] of (await blocks()).entries()) {
      expect(many, String(at)).toBeLessThan(2 * (few[at] ?? 0) + 20);
    }
  });
});
