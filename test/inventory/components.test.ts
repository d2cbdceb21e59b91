import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { bom, trivy } from '../support/documents.js';
import { uploaded } from '../support/evidence.js';
import { walkPages } from '../support/pages.js';
import { createRelease } from '../support/releases.js';
import { expectProblem, nextPage, pointers } from '../support/requests.js';
import { useRows } from '../support/rows.js';

const context = useApp();
let release: string;
/** Ids of the SBOMs in the order of upload. The first was superseded. */
let evidence: string[];

const spdx = {
  spdxVersion: 'SPDX-2.3',
  SPDXID: 'SPDXRef-DOCUMENT',
  name: 'shop',
  packages: [
    {
      SPDXID: 'SPDXRef-1',
      name: 'lodash',
      versionInfo: '4.17.20',
      licenseDeclared: 'MIT OR Apache-2.0',
      externalRefs: [{ referenceType: 'purl', referenceLocator: 'pkg:npm/lodash@4.17.20' }],
    },
  ],
};

useRows(async () => {
  const { app } = context;
  release = (await createRelease(app)).id;
  const shop = { metadata: { component: { type: 'application', name: 'shop' } } };
  const old = bom(
    ['3.0.0', '3.0.1', '3.0.2', '3.0.3'].map((version) => ({ version, licence: 'MIT' })),
    shop,
  );
  const current = bom(
    [
      { licence: 'MIT' },
      { version: '4.17.21', licence: 'House licence' },
      { name: 'own', version: '1.0.0', purl: null },
      { name: '@scope/log', version: '1.0.0+1', purl: 'pkg:npm/%40scope/log@1.0.0%2B1?a=b' },
    ],
    shop,
  );
  evidence = [
    (await uploaded(app, release, old, { label: 'a' })).id,
    (await uploaded(app, release, current, { label: 'a' })).id,
    (await uploaded(app, release, spdx)).id,
  ];
  await uploaded(app, release, trivy({}));
});
const list = (query: Record<string, string> = {}, id = release) =>
  context.app.inject({ url: `/releases/${id}/components`, query });
const versions = async (query: Record<string, string>) =>
  (await list(query)).json().map(({ version }: { version: string }) => version);

describe('GET /releases/{id}/components: 200', () => {
  it('lists the components of current evidence in order', async () => {
    const response = await list();
    expect(response.statusCode).toBe(200);
    const common = { type: 'library', evidenceId: evidence[1], kind: 'cyclonedx' };
    const lodash = { ...common, name: 'lodash' };
    expect(response.json()).toEqual([
      { ...lodash, version: '4.17.20', purl: 'pkg:npm/lodash@4.17.20', licences: ['MIT'] },
      {
        ...lodash,
        version: '4.17.21',
        purl: 'pkg:npm/lodash@4.17.21',
        licences: ['House licence'],
      },
      { ...common, name: 'own', version: '1.0.0', purl: null, licences: [] },
      {
        ...common,
        name: '@scope/log',
        version: '1.0.0+1',
        purl: 'pkg:npm/%40scope/log@1.0.0+1?a=b',
        licences: [],
      },
      {
        ...common,
        type: 'application',
        name: 'shop',
        version: null,
        purl: null,
        licences: ['licence of the subject'],
      },
      {
        ...lodash,
        version: '4.17.20',
        purl: 'pkg:npm/lodash@4.17.20',
        licences: ['MIT OR Apache-2.0'],
        evidenceId: evidence[2],
        kind: 'spdx',
      },
    ]);
  });

  it.each([
    [{ purl: 'pkg:npm/lodash' }, ['4.17.20', '4.17.21', '4.17.20']],
    [{ purl: 'pkg:npm/lodash@4.17.21' }, ['4.17.21']],
    [{ purl: 'pkg:NPM/lodash@4.17.21?os=linux#a/b' }, ['4.17.21']],
    [{ purl: 'pkg:npm/lodash@4.17' }, []],
    [{ purl: 'pkg:npm/%40scope/log' }, ['1.0.0+1']],
    [{ purl: 'pkg:npm/@scope/log@1.0.0+1' }, ['1.0.0+1']],
    [{ purl: 'pkg:npm/own' }, []],
    [{ licence: 'MIT' }, ['4.17.20']],
    [{ licence: 'MIT OR Apache-2.0' }, ['4.17.20']],
    [{ licence: 'M%' }, []],
    [{ kind: 'spdx' }, ['4.17.20']],
    [{ kind: 'trivy' }, []],
    [{ kind: 'cyclonedx', purl: 'pkg:npm/lodash', licence: 'House licence' }, ['4.17.21']],
  ] as [Record<string, string>, string[]][])('%j', async (query, expected) => {
    expect(await versions(query)).toEqual(expected);
  });

  it('filters by evidence, including superseded evidence', async () => {
    expect(await versions({ evidence: evidence[0] ?? '' })).toEqual([
      '3.0.0',
      '3.0.1',
      '3.0.2',
      '3.0.3',
      null, // the subject
    ]);
    expect(await versions({ evidence: evidence[2]?.toUpperCase() ?? '' })).toEqual(['4.17.20']);
    expect(await versions({ evidence: evidence[0] ?? '', kind: 'spdx' })).toEqual([]);
  });

  it('returns nothing for evidence of another release', async () => {
    const other = await createRelease(context.app, { projectId: 1, version: '2.0.0' });
    expect((await list({}, other.id)).json()).toEqual([]);
    expect((await list({ evidence: evidence[1] ?? '' }, other.id)).json()).toEqual([]);
  });

  it('returns pages without gaps that keep the filter', async () => {
    const all = (await list({ purl: 'pkg:npm/lodash' })).json();
    const path = `/releases/${release}/components?purl=pkg:npm/lodash&limit=1`;
    expect(await walkPages(context.app, path)).toEqual(all);
    expect(nextPage(await list({ limit: '6' }))).toBeUndefined();
  });
});

describe('GET /releases/{id}/components', () => {
  it('answers 404 if the release does not exist', async () => {
    const response = await list({}, '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e');
    expectProblem(response, 404, 'release-not-found');
  });

  const cursor = (position: unknown) => Buffer.from(JSON.stringify(position)).toString('base64url');
  const ID = '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e';

  it.each([
    [{ purl: 'lodash' }, '/purl'],
    [{ purl: 'pkg:npm' }, '/purl'],
    [{ purl: 'pkg:npm/%zz' }, '/purl'],
    [{ purl: '' }, '/purl'],
    [{ licence: '' }, '/licence'],
    [{ kind: 'sbom' }, '/kind'],
    [{ evidence: '1' }, '/evidence'],
    [{ limit: '0' }, '/limit'],
    [{ limit: '1001' }, '/limit'],
    [{ severity: 'high' }, '/severity'],
    [{ cursor: '!' }, '/cursor'],
    [{ cursor: 'abc' }, '/cursor'],
    [{ cursor: cursor(5) }, '/cursor'],
    [{ cursor: cursor([ID]) }, '/cursor'],
    [{ cursor: cursor([ID, '1']) }, '/cursor'],
    [{ cursor: cursor([ID, 2 ** 31]) }, '/cursor'],
    [{ cursor: cursor(['x', 1]) }, '/cursor'],
    [{ cursor: cursor(['high', ID, 1]) }, '/cursor'],
  ] as [Record<string, string>, string][])('400 for %j', async (query, pointer) => {
    const problem = expectProblem(await list(query), 400, 'validation-failed');
    expect(problem.errors[0]).toMatchObject({ in: 'query' });
    expect(new Set(pointers(problem))).toEqual(new Set([pointer]));
  });
});
