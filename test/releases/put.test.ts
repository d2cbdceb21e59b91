import { request } from 'node:http';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { buildTestApp, useApp } from '../support/app.js';
import { sql } from '../support/database.js';
import { COMMIT, createRelease, revoke, seal } from '../support/releases.js';
import { createProject, expectProblem, pointers } from '../support/requests.js';

const context = useApp();
beforeEach(() => createProject(context.app));

const OTHER = 'a'.repeat(40);
const put = (version: string, body: object = { commit: COMMIT }, project: unknown = 1) =>
  context.app.inject({
    method: 'PUT',
    url: `/projects/${project}/releases/${version}`,
    payload: body,
  });
const versions = async () =>
  (await sql<{ version: string }>('SELECT version FROM releases ORDER BY id')).map(
    (r) => r.version,
  );

describe('PUT /projects/{id}/releases/{version}: 201, then 200', () => {
  it('registers the release once, and returns the existing one afterwards', async () => {
    const first = await put('1.0.0', { commit: COMMIT, branch: 'main', notes: 'new' });
    expect(first.statusCode, first.body).toBe(201);
    const release = first.json();
    expect(release).toMatchObject({
      projectId: 1,
      version: '1.0.0',
      commit: COMMIT,
      branch: 'main',
      notes: 'new',
      links: [],
      state: 'open',
    });
    const second = await put('1.0.0', { commit: COMMIT, branch: 'main', notes: 'new' });
    expect(second.statusCode).toBe(200);
    expect(second.json()).toEqual(release);
    for (const { headers } of [first, second]) {
      expect(headers).toMatchObject({ location: `/releases/${release.id}`, etag: '"1"' });
    }
    expect(await versions()).toEqual(['1.0.0']);
  });

  it('returns a release that POST registered, and accepts a commit in capitals', async () => {
    const release = await createRelease(context.app, { projectId: 1 });
    const response = await put('1.0.0', { commit: COMMIT.toUpperCase() });
    expect([response.statusCode, response.json()]).toEqual([200, release]);
  });

  it('does not change an existing release', async () => {
    const release = (await put('1.0.0', { commit: COMMIT, notes: 'first' })).json();
    const links = [{ title: 'x', url: 'http://x' }];
    const later = await put('1.0.0', { commit: COMMIT, branch: 'x', notes: 'later', links });
    expect([later.statusCode, later.json()]).toEqual([200, release]);
    expect(await sql('SELECT notes, branch, links, revision FROM releases')).toEqual([
      { notes: 'first', branch: null, links: [], revision: 1 },
    ]);
  });

  it('returns the current release: updated, sealed, revoked', async () => {
    const { id } = (await put('1.0.0')).json();
    await context.app.inject({ method: 'PATCH', url: `/releases/${id}`, payload: { notes: 'x' } });
    const described = await put('1.0.0');
    expect([described.statusCode, described.headers.etag]).toEqual([200, '"2"']);
    expect(described.json()).toMatchObject({ notes: 'x', state: 'open' });
    await seal(context.app, id);
    expect((await put('1.0.0')).json().state).toBe('sealed');
    await revoke(context.app, id);
    const revoked = await put('1.0.0');
    expect([revoked.statusCode, revoked.json().state]).toEqual([200, 'revoked']);
  });

  it('registers one release for concurrent requests on two instances', async () => {
    const other = await buildTestApp();
    onTestFinished(() => other.close());
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        (i % 2 ? other : context.app).inject({
          method: 'PUT',
          url: '/projects/1/releases/1.0.0',
          payload: { commit: COMMIT },
        }),
      ),
    );
    const statuses = answers.map(({ statusCode }) => statusCode).sort();
    expect(statuses).toEqual([...Array(29).fill(200), 201]);
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(await versions()).toEqual(['1.0.0']);
  });

  it('accepts one of two commits for concurrent requests', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => put('1.0.0', { commit: i % 2 ? OTHER : COMMIT })),
    );
    const count = (status: number) => answers.filter((a) => a.statusCode === status).length;
    expect([count(201), count(200), count(409)]).toEqual([1, 9, 10]);
    const won = answers.filter(({ statusCode }) => statusCode < 300).map((a) => a.json().commit);
    expect(new Set(won).size).toBe(1);
  });
});

describe('the version in the address', () => {
  it.each([
    ['1.0.0+build.5', '1.0.0+build.5'],
    ['1.0.0%2Bbuild.5', '1.0.0+build.5'],
    ['1.0.0%2bbuild.5', '1.0.0+build.5'],
    ['%31.0', '1.0'],
    ['1%2E0', '1.0'],
    ['v_1-rc', 'v_1-rc'],
    ['__proto__', '__proto__'],
    ['...', '...'],
    ['x'.repeat(128), 'x'.repeat(128)],
    ['%2B'.repeat(128), '+'.repeat(128)],
    ['1.0.0/', '1.0.0'],
    ['1.0.0?', '1.0.0'],
  ])('%s names the version %s', async (written, version) => {
    const response = await put(written);
    expect(response.statusCode, response.body).toBe(201);
    expect(response.json().version).toBe(version);
    expect((await put(encodeURIComponent(version))).statusCode).toBe(200);
    expect(await versions()).toEqual([version]);
  });

  it.each([
    'x'.repeat(129),
    '%2B'.repeat(129),
    'a%20b',
    'a%2Fb',
    'a:b',
    '%C3%A9',
    '%00',
    '1.0%0A',
    'a%25',
  ])('400: %s', async (written) => {
    const problem = expectProblem(await put(written), 400, 'validation-failed');
    expect(problem.errors[0]).toMatchObject({ in: 'path', pointer: '/version' });
    expect(await versions()).toEqual([]);
  });

  it.each(['.', '..', '%2E', '%2e%2E'])(
    '400: %s, which most clients never send',
    async (written) => {
      const app = await buildTestApp();
      onTestFinished(() => app.close());
      const address = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
      const status = new Promise((resolve, reject) => {
        const call = request({
          port: address.port,
          method: 'PUT',
          path: `/projects/1/releases/${written}`,
          headers: { 'content-type': 'application/json' },
        });
        call.once('response', (response) => resolve(response.resume().statusCode));
        call.once('error', reject).end(JSON.stringify({ commit: COMMIT }));
      });
      expect(await status).toBe(400);
      expect(await versions()).toEqual([]);
    },
  );
});

describe('PUT /projects/{id}/releases/{version}: 400, 404, 409', () => {
  it.each<[string, object, string[]]>([
    ['no commit', {}, ['/commit']],
    ['a short commit', { commit: 'abc' }, ['/commit']],
    ['the version once more', { commit: COMMIT, version: '1.0.0' }, ['/version']],
    ['a state', { commit: COMMIT, state: 'sealed' }, ['/state']],
    ['notes of 10,001', { commit: COMMIT, notes: 'x'.repeat(10_001) }, ['/notes']],
  ])('400: %s', async (_case, body, expected) => {
    const problem = expectProblem(await put('1.0.0', body), 400, 'validation-failed');
    expect(pointers(problem)).toEqual(expected);
    expect(await versions()).toEqual([]);
  });

  it('404: the project does not exist', async () => {
    expectProblem(await put('1.0.0', { commit: COMMIT }, 7), 404, 'project-not-found');
  });

  it('409: the version belongs to another commit, which the answer names', async () => {
    const release = (await put('1.0.0')).json();
    const problem = expectProblem(await put('1.0.0', { commit: OTHER }), 409, 'release-differs');
    expect(problem.detail).toContain(COMMIT);
    expect((await context.app.inject(`/releases/${release.id}`)).json()).toEqual(release);
    expect((await put('1.0.1', { commit: OTHER })).statusCode).toBe(201);
  });
});
