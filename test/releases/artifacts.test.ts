import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { sql } from '../support/database.js';
import { createRelease, digest, type ReleaseBody } from '../support/releases.js';
import { expectProblem, pointers } from '../support/requests.js';

const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });
let release: ReleaseBody;
beforeEach(async () => {
  release = await createRelease(context.app);
});

const A = { name: 'payments:1.4.0', kind: 'container', sha256: digest(10) };
const add = (body: unknown, id = release.id, headers: Record<string, string> = {}) =>
  context.app.inject({
    method: 'POST',
    url: `/releases/${id}/artifacts`,
    headers: { 'content-type': 'application/json', ...headers },
    payload: JSON.stringify(body),
  });
const count = async () => (await sql('SELECT 1 FROM artifacts')).length;

describe('POST /releases/{id}/artifacts: 201', () => {
  it('returns the artifact and the address that finds its digest', async () => {
    const response = await add(A);
    expect(response.statusCode, response.body).toBe(201);
    expect(response.headers.location).toBe(`/artifacts/${A.sha256}`);
    const artifact = response.json();
    expect(artifact).toEqual({
      id: expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[\da-f]{4}-[\da-f]{12}$/),
      releaseId: release.id,
      digests: [],
      ...A,
      size: null,
      purl: null,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      createdBy: 'anonymous',
    });
    expect(Math.abs(Date.now() - Date.parse(artifact.createdAt))).toBeLessThan(60_000);
    const [found] = (await context.app.inject(`/artifacts/${A.sha256}`)).json();
    expect(found).toMatchObject(artifact);
  });

  it('stores who added it', async () => {
    const { headers } = await giveToken({ subject: 'jenkins', scopes: ['releases:write'] });
    const url = `/releases/${release.id}/artifacts`;
    const response = await guarded.app.inject({ method: 'POST', url, headers, payload: A });
    expect(response.json().createdBy).toBe('jenkins');
  });

  it.each([
    ['an empty file', { size: 0 }],
    ['the largest size that JSON tells exactly', { size: Number.MAX_SAFE_INTEGER }],
    ['a name of 500 characters', { name: '🚀'.repeat(500) }],
    ['a kind of 50', { kind: `a${'-0'.repeat(24)}z` }],
  ])('accepts %s', async (_case, more) => {
    const response = await add({ ...A, ...more });
    expect(response.statusCode, response.body).toBe(201);
    expect(response.json()).toMatchObject(more);
    const listed = await context.app.inject(`/releases/${release.id}/artifacts`);
    expect(listed.json()).toEqual([response.json()]);
  });

  it('writes digests in lower case, and removes white space around names', async () => {
    const body = { ...A, name: ' app.jar ', sha256: 'ABCDEF0123456789'.repeat(4) };
    expect((await add(body)).json()).toMatchObject({
      name: 'app.jar',
      sha256: 'abcdef0123456789'.repeat(4),
    });
  });

  it.each([
    ['pkg:npm/lodash@4.17.21', 'pkg:npm/lodash@4.17.21', 'pkg:npm/lodash'],
    ['pkg:NPM/@acme/app@1.0.0', 'pkg:npm/%40acme/app@1.0.0', 'pkg:npm/%40acme/app'],
    ['pkg:npm/%40acme/app', 'pkg:npm/%40acme/app', 'pkg:npm/%40acme/app'],
    ['pkg:pypi/Django_X@1', 'pkg:pypi/django-x@1', 'pkg:pypi/django-x'],
    [
      'pkg:oci/app@sha256%3Aabc?tag=1&arch=amd64',
      'pkg:oci/app@sha256:abc?arch=amd64&tag=1',
      'pkg:oci/app',
    ],
    ['pkg:maven/org.a/b@1?type=jar#x/y', 'pkg:maven/org.a/b@1?type=jar#x/y', 'pkg:maven/org.a/b'],
  ])('stores the package URL %s in canonical form', async (given, canonical, key) => {
    expect((await add({ ...A, purl: given })).json().purl).toBe(canonical);
    expect(await sql('SELECT purl, purl_key FROM artifacts')).toEqual([
      { purl: canonical, purl_key: key },
    ]);
  });

  it('accepts the same digest for another release and another project', async () => {
    const sibling = await createRelease(context.app, { projectId: 1, version: '2' });
    const stranger = await createRelease(context.app);
    for (const { id } of [release, sibling, stranger]) {
      expect((await add(A, id)).statusCode).toBe(201);
    }
  });
});

describe('POST /releases/{id}/artifacts: 400 and 404', () => {
  it.each<[string, unknown, string[]]>([
    ['nothing', {}, ['/kind', '/name', '/sha256']],
    ['an empty name', { ...A, name: ' ' }, ['/name']],
    ['a name of 501', { ...A, name: 'x'.repeat(501) }, ['/name']],
    ['a line break in a name', { ...A, name: 'a\nb' }, ['/name']],
    ['NUL in a name', { ...A, name: 'a\u0000' }, ['/name']],
    ['an empty kind', { ...A, kind: '' }, ['/kind']],
    ['a kind in capitals', { ...A, kind: 'Container' }, ['/kind']],
    ['a kind that begins with a digit', { ...A, kind: '7z' }, ['/kind']],
    ['a kind of 51', { ...A, kind: 'x'.repeat(51) }, ['/kind']],
    ['63 digits', { ...A, sha256: 'a'.repeat(63) }, ['/sha256']],
    ['65 digits', { ...A, sha256: 'a'.repeat(65) }, ['/sha256']],
    ['what is no digit', { ...A, sha256: 'g'.repeat(64) }, ['/sha256']],
    ['a digest with its algorithm', { ...A, sha256: `sha256:${digest(1)}` }, ['/sha256']],
    ['a negative size', { ...A, size: -1 }, ['/size']],
    ['half a byte', { ...A, size: 0.5 }, ['/size']],
    ['a size that JSON cannot tell', { ...A, size: 2 ** 53 }, ['/size']],
    ['a size as text', { ...A, size: '5' }, ['/size']],
    ['null for a size', { ...A, size: null }, ['/size']],
    ['no package URL', { ...A, purl: 'npm/lodash' }, ['/purl']],
    ['a package URL of nothing', { ...A, purl: 'pkg:' }, ['/purl']],
    ['one without a name', { ...A, purl: 'pkg:npm' }, ['/purl']],
    ['one of an odd type', { ...A, purl: 'pkg:n*m/x' }, ['/purl']],
    ['one with a space', { ...A, purl: 'pkg:npm/a b' }, ['/purl']],
    ['one of another script', { ...A, purl: 'pkg:npm/é' }, ['/purl']],
    ['one of 1,001', { ...A, purl: `pkg:npm/${'x'.repeat(993)}` }, ['/purl']],
    [
      'one that is longer once it is encoded',
      { ...A, purl: `pkg:npm/${'^'.repeat(400)}` },
      ['/purl'],
    ],
    ['null for a package URL', { ...A, purl: null }, ['/purl']],
    ['an id', { ...A, id: 'x' }, ['/id']],
    ['a list', [A], ['']],
  ])('400: %s', async (_case, body, expected) => {
    const problem = expectProblem(await add(body), 400, 'validation-failed');
    expect([...new Set(pointers(problem))]).toEqual(expected);
    expect(await count()).toBe(0);
  });

  it('404: the release does not exist, with a key and without; 400: the id is not valid', async () => {
    const missing = '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e';
    expectProblem(await add(A, missing), 404, 'release-not-found');
    expectProblem(await add(A, missing, { 'idempotency-key': 'a' }), 404, 'release-not-found');
    expectProblem(await add(A, '1'), 400, 'validation-failed');
  });
});

describe('POST /releases/{id}/artifacts: 409', () => {
  it('the release already has an artifact with this digest, in any spelling and under any name', async () => {
    const sha256 = 'abcdef0123456789'.repeat(4);
    const artifact = (await add({ ...A, sha256 })).json();
    for (const body of [{ sha256 }, { sha256: sha256.toUpperCase(), name: 'other', size: 1 }]) {
      const problem = expectProblem(await add({ ...A, ...body }), 409, 'artifact-exists');
      expect(problem.detail).toContain(sha256);
    }
    const listed = await context.app.inject(`/releases/${release.id}/artifacts`);
    expect(listed.json()).toEqual([artifact]);
  });

  it('names the digests that the artifact was registered without', async () => {
    const [other, another] = [`sha256:${digest(21)}`, `sha256:${digest(22)}`];
    await add({ ...A, digests: [other] });
    const again = async (...digests: string[]) =>
      expectProblem(await add({ ...A, digests }), 409, 'artifact-exists').detail;
    const known = `The release already has an artifact ${A.sha256}`;
    expect(await again(other, `sha256:${A.sha256}`)).toBe(known);
    expect(await again(other, another)).toBe(
      `${known}. It was registered without ${another}. To add digests, register a new release`,
    );
  });

  it('adds one artifact for concurrent requests', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => add(A)));
    expect(answers.filter(({ statusCode }) => statusCode === 201)).toHaveLength(1);
    for (const answer of answers) {
      if (answer.statusCode !== 201) expectProblem(answer, 409, 'artifact-exists');
    }
    expect(await count()).toBe(1);
  });
});

describe('Idempotency-Key', () => {
  const once = (body: unknown = A, id = release.id) => add(body, id, { 'idempotency-key': 'one' });

  it('returns the first answer for a repeated request, even after the release was sealed', async () => {
    const first = await once();
    expect(first.statusCode, first.body).toBe(201);
    await context.app.inject({ method: 'POST', url: `/releases/${release.id}/seal` });
    const again = await once();
    expect([again.statusCode, again.body]).toEqual([201, first.body]);
    expect(again.headers).toMatchObject({
      location: `/artifacts/${A.sha256}`,
      'idempotency-replayed': 'true',
    });
    expect(await count()).toBe(1);
  });

  it('422 for another body or release; a failed request leaves its key unused', async () => {
    const other = await createRelease(context.app, { projectId: 1, version: '2' });
    await add(A);
    expectProblem(await once(), 409, 'artifact-exists');
    expect(await sql('SELECT 1 FROM idempotency_keys')).toHaveLength(0);
    const body = { ...A, sha256: digest(11) };
    expect((await once(body)).statusCode).toBe(201);
    expectProblem(await once(A), 422, 'idempotency-key-reused');
    expectProblem(await once(body, other.id), 422, 'idempotency-key-reused');
  });
});
