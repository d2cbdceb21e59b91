import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { sql } from '../support/database.js';
import { COMMIT, createRelease } from '../support/releases.js';
import { createProject, expectProblem, pointers } from '../support/requests.js';

const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });
beforeEach(() => createProject(context.app));

const create = (body: unknown, headers: Record<string, string> = {}, project: unknown = 1) =>
  context.app.inject({
    method: 'POST',
    url: `/projects/${project}/releases`,
    headers: { 'content-type': 'application/json', ...headers },
    payload: JSON.stringify(body),
  });
const count = async () => (await sql('SELECT 1 FROM releases')).length;
const A = { version: '1.0.0', commit: COMMIT };

describe('POST /projects/{id}/releases: 201', () => {
  it('returns the release, its address and its entity tag', async () => {
    const response = await create(A);
    expect(response.statusCode, response.body).toBe(201);
    const release = response.json();
    expect(release).toEqual({
      id: expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[\da-f]{4}-[\da-f]{12}$/),
      projectId: 1,
      ...A,
      branch: null,
      triggeredBy: null,
      authors: [],
      notes: null,
      links: [],
      state: 'open',
      sealedAt: null,
      sealedBy: null,
      revokedAt: null,
      revokedBy: null,
      revokedReason: null,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      createdBy: 'anonymous',
      updatedAt: release.createdAt,
      updatedBy: 'anonymous',
    });
    expect(Math.abs(Date.now() - Date.parse(release.createdAt))).toBeLessThan(60_000);
    expect(response.headers).toMatchObject({ location: `/releases/${release.id}`, etag: '"1"' });
    expect((await context.app.inject(`/releases/${release.id}`)).json()).toEqual(release);
  });

  it('stores all fields exactly', async () => {
    const links = [
      { title: 'Build 4711 🚀', url: 'https://ci.example.org/job/a%20b/4711?x=[1]#log' },
      { title: '"; DROP TABLE releases; --', url: 'http://127.0.0.1:8080/' },
    ];
    const notes = ' First line\n\tsecond \u2028 line 項目 \\ " ';
    const release = await createRelease(context.app, {
      projectId: 1,
      branch: 'feature/été',
      notes,
      links,
    });
    expect(release).toMatchObject({ branch: 'feature/été', notes, links });
    const [row] = await sql('SELECT branch, notes, links FROM releases');
    expect(row).toEqual({ branch: 'feature/été', notes, links });
  });

  it('writes a commit in lower case, and removes white space around branch and titles', async () => {
    const links = [{ title: ' Build ', url: 'https://ci.example.org' }];
    const body = { ...A, commit: COMMIT.toUpperCase(), branch: ' main ', links };
    expect((await create(body)).json()).toMatchObject({
      commit: COMMIT,
      branch: 'main',
      links: [{ title: 'Build', url: 'https://ci.example.org' }],
    });
  });

  it.each([
    ['1.0.0-rc.1+build.5'],
    ['v1'],
    ['...'],
    ['.1'],
    ['-'],
    ['+'],
    ['sha-0123abc_DEF'],
    ['x'.repeat(128)],
  ])('accepts the version %s', async (version) => {
    expect((await create({ ...A, version })).json().version).toBe(version);
  });

  it.each([
    ['a SHA-1 commit', { commit: '0'.repeat(40) }],
    ['a SHA-256 commit', { commit: 'f'.repeat(64) }],
    ['a branch of 255 characters', { branch: 'x'.repeat(255) }],
    ['notes of 10,000', { notes: 'é'.repeat(10_000) }],
    ['empty notes', { notes: '' }],
    ['null for notes', { notes: null }],
    ['50 links', { links: Array.from({ length: 50 }, () => ({ title: 'x', url: 'http://x' })) }],
    ['an address of 2,000', { links: [{ title: 'x', url: `http://${'x'.repeat(1993)}` }] }],
  ])('accepts %s', async (_case, more) => {
    const response = await create({ ...A, ...more });
    expect(response.statusCode, response.body).toBe(201);
    expect(response.json()).toMatchObject(more);
  });

  it('distinguishes versions by case, and releases by project', async () => {
    const other = await createProject(context.app);
    for (const version of ['v1', 'V1', '1', '1.0', '1.00']) {
      expect((await create({ ...A, version })).statusCode).toBe(201);
      expect((await create({ ...A, version }, {}, other.id)).statusCode).toBe(201);
    }
  });
});

describe('POST /projects/{id}/releases: 400', () => {
  const link = (more: object) => ({ ...A, links: [{ title: 'x', url: 'http://x', ...more }] });

  it.each<[string, unknown, string[]]>([
    ['nothing', {}, ['/commit', '/version']],
    ['an empty version', { ...A, version: '' }, ['/version']],
    ['.', { ...A, version: '.' }, ['/version']],
    ['..', { ...A, version: '..' }, ['/version']],
    ['a version of 129', { ...A, version: 'x'.repeat(129) }, ['/version']],
    ['a space', { ...A, version: '1 0' }, ['/version']],
    ['white space around a version', { ...A, version: ' 1.0 ' }, ['/version']],
    ['a slash', { ...A, version: 'v1/2' }, ['/version']],
    ['a colon', { ...A, version: 'a:1' }, ['/version']],
    ['another script', { ...A, version: 'é' }, ['/version']],
    ['a line break at the end', { ...A, version: '1.0\n' }, ['/version']],
    ['a number for a version', { ...A, version: 1 }, ['/version']],
    ['null for a version', { ...A, version: null }, ['/version']],
    ['an empty commit', { ...A, commit: '' }, ['/commit']],
    ['a short commit', { ...A, commit: COMMIT.slice(0, 7) }, ['/commit']],
    ['39 digits', { ...A, commit: '0'.repeat(39) }, ['/commit']],
    ['41 digits', { ...A, commit: '0'.repeat(41) }, ['/commit']],
    ['65 digits', { ...A, commit: '0'.repeat(65) }, ['/commit']],
    ['what is no digit', { ...A, commit: 'g'.repeat(40) }, ['/commit']],
    ['an empty branch', { ...A, branch: '' }, ['/branch']],
    ['null for a branch', { ...A, branch: null }, ['/branch']],
    ['a branch of 256', { ...A, branch: 'x'.repeat(256) }, ['/branch']],
    ['a line break in a branch', { ...A, branch: 'a\nb' }, ['/branch']],
    ['notes of 10,001', { ...A, notes: 'x'.repeat(10_001) }, ['/notes']],
    ['NUL in notes', { ...A, notes: 'a\u0000' }, ['/notes']],
    ['a lone surrogate in notes', { ...A, notes: '\ud800' }, ['/notes']],
    ['links that are no list', { ...A, links: {} }, ['/links']],
    ['51 links', { ...A, links: Array(51).fill({ title: 'x', url: 'http://x' }) }, ['/links']],
    ['a link without an address', { ...A, links: [{ title: 'x' }] }, ['/links/0/url']],
    ['a link without a title', { ...A, links: [{ url: 'http://x' }] }, ['/links/0/title']],
    ['an empty title', link({ title: ' ' }), ['/links/0/title']],
    ['a title of 201', link({ title: 'x'.repeat(201) }), ['/links/0/title']],
    ['a script for an address', link({ url: 'javascript:alert(1)' }), ['/links/0/url']],
    ['an address without a host', link({ url: 'https://' }), ['/links/0/url']],
    ['an address of another scheme', link({ url: 'ftp://x' }), ['/links/0/url']],
    ['a space in an address', link({ url: 'http://x/a b' }), ['/links/0/url']],
    ['an address of 2,001', link({ url: `http://${'x'.repeat(1994)}` }), ['/links/0/url']],
    ['an unknown field of a link', link({ rel: 'x' }), ['/links/0/rel']],
    ['a client that chooses state and id', { ...A, state: 'sealed', id: 1 }, ['/id', '/state']],
    ['a list', [], ['']],
  ])('refuses %s', async (_case, body, expected) => {
    const problem = expectProblem(await create(body), 400, 'validation-failed');
    expect([...new Set(pointers(problem))]).toEqual(expected);
    expect(await count()).toBe(0);
  });

  it.each(['0', '-1', 'X', '1.5', '2147483648'])('refuses the project %s', async (project) => {
    const problem = expectProblem(await create(A, {}, project), 400, 'validation-failed');
    expect(problem.errors[0]).toMatchObject({ in: 'path', pointer: '/id' });
  });
});

describe('POST /projects/{id}/releases: 404', () => {
  it('the project does not exist, with a key and without', async () => {
    expectProblem(await create(A, {}, 7), 404, 'project-not-found');
    expectProblem(await create(A, { 'idempotency-key': 'one' }, 7), 404, 'project-not-found');
    expect(await sql('SELECT 1 FROM idempotency_keys')).toHaveLength(0);
  });

  it('the caller is bound to other projects', async () => {
    const { headers } = await giveToken({ scopes: ['releases:write'], projects: [2] });
    const ask = (project: number) =>
      guarded.app.inject({
        method: 'POST',
        url: `/projects/${project}/releases`,
        headers: { ...headers, 'x-request-id': 'same' },
        payload: A,
      });
    const problem = expectProblem(await ask(1), 404, 'project-not-found');
    expect({ ...(await ask(99)).json(), instance: '' }).toEqual({ ...problem, instance: '' });
    expect(await count()).toBe(0);
  });
});
