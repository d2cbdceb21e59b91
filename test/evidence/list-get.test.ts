import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { bom, grype, trivy } from '../support/documents.js';
import { type EvidenceBody, retract, type UploadOptions, uploaded } from '../support/evidence.js';
import { walkPages } from '../support/pages.js';
import { addArtifact, createRelease } from '../support/releases.js';
import { expectProblem, nextPage, pointers } from '../support/requests.js';
import { useRows } from '../support/rows.js';

const context = useApp();
let release: string;
let artifact: string;
/** In the order of upload. */
let all: Readonly<EvidenceBody>[];
useRows(async () => {
  release = (await createRelease(context.app)).id;
  artifact = await addArtifact(context.app, release);
  const send = (document: unknown, options?: UploadOptions) =>
    uploaded(context.app, release, document, options);
  all = [
    await send(trivy({}), { label: 'image' }),
    await send(trivy({}, {}), { label: 'image' }),
    await send(trivy({}), { label: 'image', artifact }),
    await send(grype({}), { artifact }),
    await send(bom([{}])),
  ];
  await retract(context.app, all[3]?.id ?? '');
});
const list = (query = '', id = release) => context.app.inject(`/releases/${id}/evidence${query}`);
/** The indexes of the listed evidence in the order of upload. */
const places = async (query = '') =>
  (await list(query)).json().map(({ id }: EvidenceBody) => all.findIndex((e) => e.id === id));

describe('GET /releases/{id}/evidence: 200', () => {
  it('lists all evidence of the release, newest first, as GET returns each', async () => {
    const other = await createRelease(context.app, { projectId: 1, version: '2.0.0' });
    await uploaded(context.app, other.id, trivy({}));
    const response = await list();
    expect(response.statusCode).toBe(200);
    expect(await places()).toEqual([4, 3, 2, 1, 0]);
    for (const evidence of response.json())
      expect((await context.app.inject(`/evidence/${evidence.id}`)).json()).toEqual(evidence);
  });

  it('returns an empty list without evidence', async () => {
    const other = await createRelease(context.app);
    expect((await list('', other.id)).json()).toEqual([]);
  });

  it.each([
    ['?kind=trivy', [2, 1, 0]],
    ['?kind=junit', []],
    ['?label=image', [2, 1, 0]],
    ['?label=Image', []],
    ['?artifact=ARTIFACT', [3, 2]],
    ['?status=all', [4, 3, 2, 1, 0]],
    ['?status=current', [4, 2, 1]],
    ['?status=superseded', [0]],
    ['?status=retracted', [3]],
    ['?kind=trivy&label=image&status=current', [2, 1]],
    ['?kind=trivy&label=image&status=current&artifact=ARTIFACT', [2]],
  ])('filters by %s', async (query, expected) => {
    expect(await places(query.replace('ARTIFACT', artifact))).toEqual(expected);
    expect(await places(query.replace('ARTIFACT', artifact.toUpperCase()))).toEqual(expected);
  });

  it('returns pages that keep the filter', async () => {
    const path = `/releases/${release}/evidence?limit=1&kind=trivy`;
    const rows = await walkPages<EvidenceBody>(context.app, path);
    expect(rows.map(({ id }) => id)).toEqual([all[2]?.id, all[1]?.id, all[0]?.id]);
    expect(nextPage(await list('?limit=5'))).toBeUndefined();
    expect(nextPage(await list('?limit=4'))).toContain('limit=4');
  });
});

describe('GET /releases/{id}/evidence', () => {
  it('answers 404 if the release does not exist', async () => {
    const id = '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e';
    expectProblem(await list('', id), 404, 'release-not-found');
  });

  it.each([
    ['kind=snyk', '/kind'],
    ['label=a%20b', '/label'],
    ['artifact=1', '/artifact'],
    ['status=old', '/status'],
    ['limit=0', '/limit'],
    ['limit=1001', '/limit'],
    ['cursor=1', '/cursor'],
    ['sort=id', '/sort'],
  ])('answers 400 for ?%s', async (query, pointer) => {
    const problem = expectProblem(await list(`?${query}`), 400, 'validation-failed');
    expect(pointers(problem)).toEqual([pointer]);
  });
});

describe('GET /evidence/{id}', () => {
  it('answers 404 if the evidence does not exist', async () => {
    const response = await context.app.inject('/evidence/019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e');
    expectProblem(response, 404, 'evidence-not-found');
  });

  it('accepts an upper-case id', async () => {
    const id = all[0]?.id ?? '';
    expect((await context.app.inject(`/evidence/${id.toUpperCase()}`)).json().id).toBe(id);
  });
});
