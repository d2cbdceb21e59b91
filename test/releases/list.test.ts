import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { createRelease, type ReleaseBody, revoke, seal } from '../support/releases.js';
import { createProject, expectProblem, nextPage, pointers } from '../support/requests.js';

const context = useApp();
beforeEach(() => createProject(context.app));

const add = (version: string, more: { commit?: string; projectId?: number } = {}) =>
  createRelease(context.app, { projectId: 1, version, ...more });
const get = (query = '', project = 1) =>
  context.app.inject(`/projects/${project}/releases${query}`);
const versionsOf = (releases: ReleaseBody[]) => releases.map(({ version }) => version);

async function list(query = '', project = 1): Promise<string[]> {
  const response = await get(query, project);
  expect(response.statusCode, response.body).toBe(200);
  return versionsOf(response.json());
}

/** Follows `Link` to the end; returns the versions of each page. */
async function walk(url: string, between?: (page: number) => Promise<unknown>) {
  const pages: string[][] = [];
  for (let next: string | undefined = url; next !== undefined; ) {
    const response = await context.app.inject(next);
    expect(response.statusCode, response.body).toBe(200);
    pages.push(versionsOf(response.json()));
    next = nextPage(response);
    await between?.(pages.length);
  }
  return pages;
}

const numbers = (from: number, to: number) =>
  Array.from({ length: Math.abs(to - from) + 1 }, (_, i) => `v${from < to ? from + i : from - i}`);

describe('GET /projects/{id}/releases: order and pages', () => {
  it('lists releases, newest first, as GET returns each', async () => {
    for (const version of numbers(1, 30)) await add(version);
    const response = await get();
    expect(response.headers.link).toBeUndefined();
    const releases: ReleaseBody[] = response.json();
    expect(versionsOf(releases)).toEqual(numbers(30, 1));
    const [newest] = releases;
    expect((await context.app.inject(`/releases/${newest?.id}`)).json()).toEqual(newest);
  });

  it('is empty for a project without releases', async () => {
    const response = await get();
    expect([response.statusCode, response.body]).toEqual([200, '[]']);
    expect(response.headers.link).toBeUndefined();
  });

  it('has 100 releases on a page by default, and at most 1,000', async () => {
    for (const version of numbers(1, 101)) await add(version);
    expect((await walk('/projects/1/releases')).map((page) => page.length)).toEqual([100, 1]);
    expect(await list('?limit=1000')).toHaveLength(101);
    expect((await walk('/projects/1/releases?limit=101')).map((page) => page.length)).toEqual([
      101,
    ]);
  });

  it('neither misses nor repeats releases while others are added', async () => {
    for (const version of numbers(1, 10)) await add(version);
    const pages = await walk('/projects/1/releases?limit=3', (page) => add(`later${page}`));
    expect(pages.map((page) => page.length)).toEqual([3, 3, 3, 1]);
    expect(pages.flat()).toEqual(numbers(10, 1));
  });

  it('neither misses nor repeats releases while they are sealed', async () => {
    const ids: string[] = [];
    for (const version of numbers(1, 6)) ids.push((await add(version)).id);
    const pages = await walk('/projects/1/releases?limit=2', async () => {
      for (const id of ids) await seal(context.app, id);
    });
    expect(pages.flat()).toEqual(numbers(6, 1));
  });

  it('keeps the project and the other parameters in the next address', async () => {
    await createProject(context.app);
    for (const version of numbers(1, 3)) {
      await add(version, { projectId: 2, commit: 'a'.repeat(40) });
      await add(`other${version}`, { projectId: 2 });
    }
    const url = `/projects/2/releases?commit=${'A'.repeat(40)}&limit=2&state=open`;
    const next = new URL(nextPage(await context.app.inject(url)) ?? '', 'http://x');
    expect(next.pathname).toBe('/projects/2/releases');
    expect(Object.fromEntries(next.searchParams)).toEqual({
      commit: 'A'.repeat(40),
      limit: '2',
      state: 'open',
      cursor: expect.any(String),
    });
    expect(await walk(url)).toEqual([['v3', 'v2'], ['v1']]);
  });

  it('lists no releases of another project', async () => {
    await createProject(context.app);
    await add('mine');
    await add('theirs', { projectId: 2 });
    expect([await list(), await list('', 2)]).toEqual([['mine'], ['theirs']]);
  });
});

describe('GET /projects/{id}/releases: filters', () => {
  const commit = '0123456789abcdef'.repeat(4);
  beforeEach(async () => {
    await add('open');
    await seal(context.app, (await add('sealed', { commit })).id);
    await revoke(context.app, (await add('revoked')).id);
    const { id } = await add('both+1', { commit });
    await seal(context.app, id);
    await revoke(context.app, id);
  });

  it.each([
    ['', ['both+1', 'revoked', 'sealed', 'open']],
    ['?state=all', ['both+1', 'revoked', 'sealed', 'open']],
    ['?state=open', ['open']],
    ['?state=sealed', ['sealed']],
    ['?state=revoked', ['both+1', 'revoked']],
    [`?commit=${commit}`, ['both+1', 'sealed']],
    [`?commit=${commit.toUpperCase()}`, ['both+1', 'sealed']],
    [`?commit=${commit}&state=sealed`, ['sealed']],
    [`?commit=${'e'.repeat(40)}`, []],
    ['?version=open', ['open']],
    ['?version=Open', []],
    ['?version=both%2B1', ['both+1']],
    ['?version=open&state=sealed', []],
    [`?version=both%2B1&state=revoked&commit=${commit}`, ['both+1']],
  ])('%s returns %j', async (query, expected) => {
    expect(await list(query)).toEqual(expected);
  });
});

describe('GET /projects/{id}/releases: 400 and 404', () => {
  it.each([
    ['limit=0', '/limit'],
    ['limit=1001', '/limit'],
    ['limit=x', '/limit'],
    ['cursor=', '/cursor'],
    ['cursor=1', '/cursor'],
    ['cursor=urn:uuid:019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e', '/cursor'],
    ['state=', '/state'],
    ['state=closed', '/state'],
    ['state=open&state=sealed', '/state'],
    ['commit=', '/commit'],
    ['commit=8f3c2a1', '/commit'],
    ['version=', '/version'],
    ['version=a+b', '/version'],
    ['version=..', '/version'],
    [`version=${'x'.repeat(129)}`, '/version'],
    ['page=2', '/page'],
  ])('400: %s', async (query, pointer) => {
    const problem = expectProblem(await get(`?${query}`), 400, 'validation-failed');
    expect([...new Set(pointers(problem))]).toEqual([pointer]);
    expect(problem.errors[0].in).toBe('query');
  });

  it('404: the project does not exist, with any filter', async () => {
    for (const query of ['', '?state=open', '?cursor=019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e']) {
      expectProblem(await get(query, 7), 404, 'project-not-found');
    }
    await context.app.inject({ method: 'DELETE', url: '/projects/1' });
    expectProblem(await get(), 404, 'project-not-found');
  });
});
