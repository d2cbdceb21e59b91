import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { trivy } from '../support/documents.js';
import { NO_ROWS, rowCounts, type UploadOptions, upload } from '../support/evidence.js';
import { addArtifact, createRelease, digest } from '../support/releases.js';
import { expectProblem, pointers } from '../support/requests.js';

const context = useApp();
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
});
afterEach(async () => expect(await rowCounts()).toEqual(NO_ROWS));

const send = (document: unknown, options?: UploadOptions) =>
  upload(context.app, release, document, options);
const post = (headers: Record<string, string>, payload?: string | Buffer) =>
  context.app.inject({
    method: 'POST',
    url: `/releases/${release}/evidence`,
    headers,
    ...(payload !== undefined && { payload }),
  });

describe('POST /releases/{id}/evidence: 404', () => {
  it('if the release does not exist', async () => {
    const id = '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e';
    expectProblem(await upload(context.app, id, trivy({})), 404, 'release-not-found');
  });

  it('if the artifact does not exist or belongs to another release', async () => {
    const other = await createRelease(context.app, { projectId: 1, version: '2.0.0' });
    const artifact = await addArtifact(context.app, other.id);
    for (const sha256 of [artifact, digest(2)])
      expectProblem(await send(trivy({}), { artifact: sha256 }), 404, 'artifact-not-found');
  });
});

describe('POST /releases/{id}/evidence: before the body is read', () => {
  // The headers of the body would also be refused. The first answer shows which check ran first.
  it.each([
    ['a release', '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e', '', 'release-not-found'],
    ['an artifact', undefined, `?artifact=${digest(2)}`, 'artifact-not-found'],
  ])('refuses %s that does not exist', async (_what, id, query, code) => {
    const response = await context.app.inject({
      method: 'POST',
      url: `/releases/${id ?? release}/evidence${query}`,
      headers: { 'content-type': 'text/plain' },
      payload: 'x',
    });
    expectProblem(response, 404, code);
  });

  it('leaves a repeated artifact parameter to schema validation', async () => {
    const twice = `artifact=${digest(2)}&artifact=${digest(2)}`;
    const response = await context.app.inject({
      method: 'POST',
      url: `/releases/${release}/evidence?${twice}`,
      headers: { 'content-type': 'application/json' },
      payload: '{}',
    });
    expectProblem(response, 400, 'validation-failed');
  });
});

describe('POST /releases/{id}/evidence: 400', () => {
  it.each([
    [{ kind: 'snyk' }, '/kind'],
    [{ kind: 'Trivy' }, '/kind'],
    [{ label: '' }, '/label'],
    [{ label: 'two words' }, '/label'],
    [{ label: '-x' }, '/label'],
    [{ label: 'x'.repeat(101) }, '/label'],
    [{ artifact: 'sha256:1' }, '/artifact'],
    [{ artifact: 'g'.repeat(64) }, '/artifact'],
    [{ lable: 'x' } as object, '/lable'],
  ])('for %j', async (query, pointer) => {
    const problem = expectProblem(await send(trivy({}), query), 400, 'validation-failed');
    expect(problem.errors[0]).toMatchObject({ in: 'query' });
    expect(new Set(pointers(problem))).toEqual(new Set([pointer]));
  });

  it('if the release id is not a UUID', async () => {
    const response = await upload(context.app, '1', trivy({}));
    const problem = expectProblem(response, 400, 'validation-failed');
    expect(problem.errors[0]).toMatchObject({ in: 'path', pointer: '/id' });
  });

  it('for an empty body', async () => {
    for (const type of ['application/json', 'application/xml'])
      expectProblem(await post({ 'content-type': type }, ''), 400, 'malformed-request');
    const packed = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    expectProblem(await post(packed, gzipSync('')), 400, 'malformed-request');
  });

  it('without a body', async () => {
    expectProblem(await post({}), 400, 'malformed-request');
  });

  it('for a body that is not gzip or is truncated', async () => {
    const headers = { 'content-encoding': 'gzip' };
    const packed = gzipSync(JSON.stringify(trivy({})));
    const broken = Buffer.from(packed);
    broken.fill(0, 40, 60);
    for (const body of [JSON.stringify(trivy({})), packed.subarray(0, -9), broken]) {
      const problem = expectProblem(await send(body, { headers }), 400, 'malformed-request');
      expect(problem.detail).toBe('The body is not valid gzip');
    }
  });
});

describe('POST /releases/{id}/evidence: 415', () => {
  it.each([
    'text/plain',
    'application/octet-stream',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    'image/svg+xml',
    'application/json; charset=latin1',
    'application/xml; charset=utf-7',
    'application/json; charset=utf-16',
    'json',
  ])('for %s', async (type) => {
    expectProblem(await send(trivy({}), { type }), 415, 'unsupported-media-type');
  });

  it('for a body without a media type', async () => {
    expectProblem(await post({}, JSON.stringify(trivy({}))), 415, 'unsupported-media-type');
  });

  it.each(['br', 'deflate', 'gzip, gzip', 'zstd'])('for Content-Encoding: %s', async (encoding) => {
    const headers = { 'content-encoding': encoding };
    expectProblem(await send(trivy({}), { headers }), 415, 'unsupported-media-type');
  });
});
