import { beforeEach, describe, expect, it } from 'vitest';
import { RUNNING } from '../../src/features/environments/deployments.sql.js';
import { useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { sql } from '../support/database.js';
import { deployed } from '../support/deployments.js';
import { trivy, vex } from '../support/documents.js';
import { uploaded } from '../support/evidence.js';
import { walkPages } from '../support/pages.js';
import { scannedBlocks } from '../support/plans.js';
import { createRelease } from '../support/releases.js';
import { expectProblem, nextPage } from '../support/requests.js';
import { useRows } from '../support/rows.js';

const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });
/** Ids of releases of three projects. The first two run. */
let releases: string[];

interface Found {
  project: { id: number };
  release: { id: string; version: string };
  rule: string;
  severity: string;
}

useRows(async () => {
  const { app } = context;
  releases = [];
  for (let i = 0; i < 3; i += 1) releases.push((await createRelease(app)).id);
  const [first = '', second = '', third = ''] = releases;
  await uploaded(app, first, trivy({ id: 'CVE-2026-1', severity: 'LOW' }), { label: 'a' });
  await uploaded(app, first, trivy({ id: 'CVE-2026-2', severity: 'CRITICAL' }), { label: 'b' });
  await uploaded(app, second, trivy({ id: 'CVE-2026-3', severity: 'HIGH', fixed: '2.0.0' }));
  await uploaded(app, third, trivy({ id: 'CVE-2026-4', severity: 'CRITICAL' }));
  for (const id of [first, second]) await deployed(app, id);
});

const list = (query = '', headers = {}) => {
  const { app } = 'authorization' in headers ? guarded : context;
  return app.inject({ url: `/environments/production/findings${query}`, headers });
};
const rules = async (query = '', headers = {}) => {
  const response = await list(query, headers);
  expect(response.statusCode, response.body).toBe(200);
  return response.json().map(({ project, rule }: Found) => `${project.id} ${rule}`);
};

describe('GET /environments/{name}/findings', () => {
  it('lists the findings of what runs by project, then worst severity first', async () => {
    const all = ['1 CVE-2026-2', '1 CVE-2026-1', '2 CVE-2026-3'];
    expect(await rules()).toEqual(all);
    const walked = await walkPages<Found>(context.app, '/environments/production/findings?limit=1');
    expect(walked.map(({ project, rule }) => `${project.id} ${rule}`)).toEqual(all);
    expect(walked[0]).toMatchObject({
      severity: 'critical',
      suppressed: false,
      release: { id: releases[0], version: '1.0.0', state: 'open' },
      project: { id: 1 },
    });
    expect((await context.app.inject('/environments/staging/findings')).json()).toEqual([]);
  });

  it.each([
    ['severity=critical&severity=high', ['1 CVE-2026-2', '2 CVE-2026-3']],
    ['project=2', ['2 CVE-2026-3']],
    ['project=3', []],
    ['fixable=true', ['2 CVE-2026-3']],
    ['type=secret', []],
  ])('filters by %s', async (query, expected) => {
    expect(await rules(`?${query}`)).toEqual(expected);
  });

  it('tells suppressed findings from the others', async () => {
    await uploaded(context.app, releases[0] ?? '', vex({ id: 'CVE-2026-2' }));
    expect(await rules('?suppressed=true')).toEqual(['1 CVE-2026-2']);
    expect(await rules('?suppressed=false')).toEqual(['1 CVE-2026-1', '2 CVE-2026-3']);
  });

  it('has what runs now, without findings that a newer report does not have', async () => {
    const next = await createRelease(context.app, { version: '2.0.0', projectId: 1 });
    await uploaded(context.app, next.id, trivy({ id: 'CVE-2026-5' }), { label: 'a' });
    await deployed(context.app, next.id);
    expect(await rules('?project=1')).toEqual(['1 CVE-2026-5']);
    await uploaded(context.app, next.id, trivy({ id: 'CVE-2026-6' }), { label: 'a' });
    expect(await rules('?project=1')).toEqual(['1 CVE-2026-6']);
  });

  it('has projects of which the caller may read evidence and deployments', async () => {
    const everything = await giveToken({ scopes: ['evidence:read', 'deployments:read'] });
    expect(await rules('', everything.headers)).toHaveLength(3);
    const bound = await giveToken({ scopes: ['evidence:read', 'deployments:read'], projects: [2] });
    expect(await rules('', bound.headers)).toEqual(['2 CVE-2026-3']);
    expectProblem(await list('?project=1', bound.headers), 404, 'project-not-found');
    const half = await giveToken({ scopes: ['evidence:read'] });
    expect(await rules('', half.headers)).toEqual([]);
    const none = await giveToken({ scopes: ['deployments:read'] });
    expectProblem(await list('', none.headers), 403, 'insufficient-scope');
  });

  it('404: the environment or the project does not exist', async () => {
    expectProblem(
      await context.app.inject('/environments/x/findings'),
      404,
      'environment-not-found',
    );
    expectProblem(await list('?project=9'), 404, 'project-not-found');
  });

  it.each(['limit=0', 'cursor=x', 'severity=bad', 'project=0', 'x=1'])('400: %s', async (query) => {
    expectProblem(await list(`?${query}`), 400, 'validation-failed');
  });
});

describe('many projects without findings', () => {
  beforeEach(async () => {
    await sql(`INSERT INTO projects (name) SELECT 'p' || n FROM generate_series(4, 1003) n`);
    await sql(`SET session_replication_role = replica;
      INSERT INTO releases (project_id, version, commit, created_by, updated_by)
      SELECT id, '1.0.0', repeat('a', 40), 'x', 'x' FROM projects WHERE id > 3;
      INSERT INTO deployments (environment, project_id, release_id, decision, state, "authorization", created_by)
      SELECT 'production', project_id, id, 'none', 'succeeded', 'unauthorized', 'x' FROM releases WHERE project_id > 3;
      SET session_replication_role = DEFAULT`);
  });

  it('are looked at 500 by page, and the pages have a next one', async () => {
    const seen: string[] = [];
    const sizes: number[] = [];
    for (let url: string | undefined = '/environments/production/findings'; url; ) {
      const page = await context.app.inject(url);
      expect(page.statusCode, page.body).toBe(200);
      sizes.push(page.json().length);
      seen.push(...page.json().map(({ rule }: Found) => rule));
      url = nextPage(page);
    }
    expect(seen).toEqual(['CVE-2026-2', 'CVE-2026-1', 'CVE-2026-3']);
    expect(sizes).toEqual([3, 0, 0]);
  });

  it('are read by an index: a page of ten reads few blocks', async () => {
    await sql('ANALYZE deployments; ANALYZE projects');
    expect(await scannedBlocks(RUNNING, ['production', 0, null, 10])).toBeLessThan(150);
  });
});
