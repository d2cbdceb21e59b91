import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { bom, grype, sarif, trivy, vex } from '../support/documents.js';
import { retract, uploaded } from '../support/evidence.js';
import { walkPages } from '../support/pages.js';
import { createRelease } from '../support/releases.js';
import { useRows } from '../support/rows.js';

const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });
/** Ids of the releases of three projects with one release each. */
let releases: string[];
useRows(async () => {
  releases = [];
  for (let i = 0; i < 3; i += 1) releases.push((await createRelease(context.app)).id);
});
const send = (project: number, document: unknown, label?: string) =>
  uploaded(context.app, releases[project - 1] ?? '', document, label ? { label } : {});

interface Found {
  project: { id: number };
  version?: string;
  rule?: string;
}
/** Project, and version or rule, of each result. */
const find = async (path: string, query: object, headers = {}) => {
  const { app } = 'authorization' in headers ? guarded : context;
  const response = await app.inject({ url: path, query: { ...query }, headers });
  expect(response.statusCode, response.body).toBe(200);
  return response
    .json()
    .map(({ project, version, rule }: Found) => `${project.id} ${version ?? rule}`);
};

/** All results of a caller, read in pages of one. */
const walk = (path: string, headers = {}) =>
  walkPages<Found>('authorization' in headers ? guarded.app : context.app, path, headers);

describe('GET /components: 200', () => {
  useRows(async () => {
    await send(2, bom([{ version: '1.0.0' }, { name: 'lodash-es' }]));
    await send(1, bom([{ version: '1.0.0', licence: 'MIT' }, { version: '2.0.0' }]));
    await send(3, bom([{ name: 'own', purl: null }]));
    await send(2, bom([{ version: '2.0.0' }]));
  });

  it.each([
    ['pkg:npm/lodash', ['1 1.0.0', '1 2.0.0', '2 1.0.0', '2 2.0.0']],
    ['pkg:npm/lodash@1.0.0', ['1 1.0.0', '2 1.0.0']],
    ['pkg:npm/lodash@2.0.0?a=b', ['1 2.0.0', '2 2.0.0']],
    ['pkg:npm/lodash@3.0.0', []],
    ['pkg:npm/lodas', []],
    ['pkg:npm/own', []],
  ])('finds %s, ordered by project', async (purl, expected) => {
    expect(await find('/components', { purl })).toEqual(expected);
  });

  it('returns the release and project of each component', async () => {
    const url = `/releases/${releases[0]}/revoke`;
    await context.app.inject({ method: 'POST', url, payload: { reason: 'wrong' } });
    const query = { purl: 'pkg:npm/lodash@1.0.0' };
    const [first] = (await context.app.inject({ url: '/components', query })).json();
    expect(first).toEqual({
      type: 'library',
      name: 'lodash',
      version: '1.0.0',
      purl: 'pkg:npm/lodash@1.0.0',
      licences: ['MIT'],
      evidenceId: expect.any(String),
      kind: 'cyclonedx',
      release: { id: releases[0], version: '1.0.0', state: 'revoked' },
      project: { id: 1, name: 'Mon Projet' },
    });
  });

  it('has pages without gaps, also for a caller that is bound', async () => {
    const path = '/components?purl=pkg:npm/lodash';
    const all = (await context.app.inject(path)).json();
    expect(await walk(`${path}&limit=1`)).toEqual(all);
    const { headers } = await giveToken({ scopes: ['evidence:read'], projects: [3, 2] });
    const own = all.filter(({ project }: Found) => project.id === 2);
    expect(await walk(`${path}&limit=1`, headers)).toEqual(own);
  });

  it('returns only current evidence that the caller may read', async () => {
    const purl = 'pkg:npm/ms';
    const { id } = await send(1, bom([{ name: 'ms', version: '1.0.0' }]));
    await send(1, bom([{ name: 'ms', version: '2.0.0' }]), 'a');
    await send(1, bom([{ name: 'ms', version: '3.0.0' }]), 'a');
    await send(2, bom([{ name: 'ms', version: '4.0.0' }]));
    await retract(context.app, id);
    expect(await find('/components', { purl })).toEqual(['1 3.0.0', '2 4.0.0']);
    const { headers } = await giveToken({ scopes: ['evidence:read'], projects: [2] });
    expect(await find('/components', { purl }, headers)).toEqual(['2 4.0.0']);
    const none = await giveToken({ scopes: ['evidence:read'], projects: [99] });
    expect(await find('/components', { purl }, none.headers)).toEqual([]);
  });
});

describe('GET /findings: 200', () => {
  const CVE = 'CVE-2021-23337';
  const GHSA = 'GHSA-35jh-r3h4-6jhm';
  useRows(async () => {
    await send(3, grype({ id: GHSA }));
    await send(2, trivy({ id: CVE }, { id: 'CVE-2020-8203' }));
    await send(1, grype({ id: GHSA, also: [CVE] }));
  });

  it.each([CVE, GHSA, CVE.toLowerCase(), GHSA.toUpperCase(), ` ${CVE} `])(
    'finds %j by each of its ids',
    async (cve) => {
      expect(await find('/findings', { cve })).toEqual([`1 ${GHSA}`, `2 ${CVE}`, `3 ${GHSA}`]);
    },
  );

  it.each(['CVE-2020', 'CVE-2021-', 'cve-2021-44228x', 'GHSA-xxxx', 'GHSA-35jh-r3h4'])(
    'answers 400 for the malformed id %s',
    async (cve) => {
      const response = await context.app.inject({ url: '/findings', query: { cve } });
      expect(response.statusCode).toBe(400);
      expect(response.json().errors[0].pointer).toBe('/cve');
    },
  );

  it.each([
    ['CVE-2020-8203', ['2 CVE-2020-8203']],
    ['CVE-2020-82030', []],
    ['no-eval', ['1 no-eval']],
    ['NO-EVAL', []],
  ])('searches for the exact rule %s', async (cve, expected) => {
    await send(1, sarif([{}]));
    expect(await find('/findings', { cve })).toEqual(expected);
  });

  it('returns the release, project and claim of each finding', async () => {
    const { id } = await send(2, vex({ id: CVE }));
    const url = `/findings?cve=${GHSA}`;
    const found = (await context.app.inject(url)).json();
    expect(found.map(({ suppressed }: { suppressed: boolean }) => suppressed)).toEqual([
      false,
      true,
      false,
    ]);
    const [listed] = (await context.app.inject(`/releases/${releases[1]}/findings`)).json();
    expect(found[1]).toEqual({
      ...listed,
      release: { id: releases[1], version: '1.0.0', state: 'open' },
      project: { id: 2, name: 'Mon Projet' },
    });
    expect(found[1].claim).toMatchObject({ evidenceId: id, applied: true });
  });

  it('has pages without gaps, also for a caller that is bound', async () => {
    await send(1, trivy({ id: CVE }, { id: CVE, version: '4.17.19' }));
    const path = `/findings?cve=${GHSA}`;
    const all = (await context.app.inject(path)).json();
    expect(all).toHaveLength(5);
    expect(await walk(`${path}&limit=1`)).toEqual(all);
    const { headers } = await giveToken({ scopes: ['evidence:read'], projects: [3, 1] });
    const own = all.filter(({ project }: Found) => project.id !== 2);
    expect(await walk(`${path}&limit=1`, headers)).toEqual(own);
  });

  it('does not use aliases of other projects for a bound caller', async () => {
    const { headers } = await giveToken({ scopes: ['evidence:read'], projects: [2, 3] });
    // Only project 1 reports that the two ids are aliases.
    expect(await find('/findings', { cve: CVE }, headers)).toEqual([`2 ${CVE}`]);
    expect(await find('/findings', { cve: GHSA }, headers)).toEqual([`3 ${GHSA}`]);
  });

  it('returns only current evidence', async () => {
    const [first] = (await context.app.inject(`/findings?cve=${CVE}`)).json();
    await retract(context.app, first.evidenceId);
    await send(3, trivy({ id: CVE }), 'a');
    await send(3, trivy(), 'a');
    // Aliases of retracted evidence are not used.
    expect(await find('/findings', { cve: CVE })).toEqual([`2 ${CVE}`]);
    expect(await find('/findings', { cve: GHSA })).toEqual([`3 ${GHSA}`]);
  });
});
