import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { sql } from '../support/database.js';
import {
  createProject,
  expectProblem,
  nextPage,
  type ProjectBody,
  pointers,
} from '../support/requests.js';

const context = useApp();

async function list(query = ''): Promise<ProjectBody[]> {
  const response = await context.app.inject(`/projects${query}`);
  expect(response.statusCode, response.body).toBe(200);
  return response.json();
}

const names = async (query: string) => (await list(query)).map(({ name }) => name);

/** Follows `Link` to the end; returns the pages' ids. */
async function walk(url: string, between?: (page: number) => Promise<unknown>) {
  const pages: number[][] = [];
  for (let next: string | undefined = url; next !== undefined; ) {
    const response = await context.app.inject(next);
    expect(response.statusCode, response.body).toBe(200);
    pages.push(response.json().map(({ id }: ProjectBody) => id));
    next = nextPage(response);
    await between?.(pages.length);
  }
  return pages;
}

describe('GET /projects: order and pages', () => {
  it('returns up to 1,000 projects in id order by default', async () => {
    await sql(
      `INSERT INTO projects (name, status) SELECT 'p' || i, 's' FROM generate_series(1, 1000) i`,
    );
    const response = await context.app.inject('/projects');
    expect(response.json().map(({ id }: ProjectBody) => id)).toEqual(
      Array.from({ length: 1000 }, (_, i) => i + 1),
    );
    expect(response.headers.link).toBeUndefined();
  });

  it('links to the page with the 1,001st project', async () => {
    await sql(
      `INSERT INTO projects (name, status) SELECT 'p' || i, 's' FROM generate_series(1, 1001) i`,
    );
    const pages = await walk('/projects');
    expect(pages.map((page) => page.length)).toEqual([1000, 1]);
  });

  it.each(['id', '-id', 'name', '-name', 'createdAt', '-createdAt'])(
    'pages through all projects of sort=%s once, ties in id order',
    async (sort) => {
      await sql(
        `INSERT INTO projects (name, status, created_at)
         SELECT chr(97 + i % 3) , 's' || i % 2, timestamptz '2026-01-01' + i % 4 * interval '1 ms'
           FROM generate_series(1, 25) i`,
      );
      const pages = await walk(`/projects?limit=4&sort=${sort}`);
      expect(pages.map((page) => page.length)).toEqual([4, 4, 4, 4, 4, 4, 1]);
      const column = { id: 'id', name: 'name COLLATE "C"', createdAt: 'created_at' }[
        sort.replace('-', '')
      ];
      const direction = sort.startsWith('-') ? 'DESC' : 'ASC';
      const rows = await sql<{ id: number }>(
        `SELECT id FROM projects ORDER BY ${column} ${direction}, id ${direction}`,
      );
      expect(pages.flat()).toEqual(rows.map(({ id }) => id));
      const filtered = await walk(`/projects?limit=3&sort=${sort}&status=s1`);
      const odd = rows.map(({ id }) => id).filter((id) => id % 2 === 1);
      expect(filtered.flat()).toEqual(odd);
      const searched = await walk(`/projects?limit=3&sort=${sort}&status=s1&q=A`);
      expect(searched.flat()).toEqual(odd.filter((id) => id % 3 === 0));
    },
  );

  it('neither misses nor repeats projects while others are added and deleted', async () => {
    for (let i = 0; i < 10; i += 1) await createProject(context.app, { name: `n${i}` });
    const pages = await walk('/projects?limit=3&sort=-createdAt', async (page) => {
      if (page > 3) return;
      await createProject(context.app, { name: 'later' });
      await context.app.inject({ method: 'DELETE', url: '/projects/8' });
    });
    expect(pages.flat()).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  });

  it('sorts names by code point in any locale of the server', async () => {
    for (const name of ['b', 'B', 'a', 'É', 'é', 'Z', '🚀', '\uff5e']) {
      await createProject(context.app, { name });
    }
    expect(await names('?sort=name')).toEqual(['B', 'Z', 'a', 'b', 'É', 'é', '\uff5e', '🚀']);
  });

  it('keeps the other parameters in the next address', async () => {
    for (const name of ['a&b? 1', 'a&b? 2']) await createProject(context.app, { name });
    const first = await context.app.inject('/projects?q=a%26b?&limit=1&sort=-id&status=planned');
    const next = nextPage(first) ?? '';
    expect(new URL(next, 'http://x').searchParams.get('q')).toBe('a&b?');
    const second = await context.app.inject(next);
    expect(second.json()).toMatchObject([{ name: 'a&b? 1' }]);
    expect(nextPage(second)).toBeUndefined();
  });
});

describe('GET /projects: filters', () => {
  it('finds a text in names, ignoring case by the rules of Unicode', async () => {
    for (const name of [
      'ÉLAN vital',
      'un élan',
      'Elan',
      'ПРОЕКТ',
      'ΟΔΟΣ',
      'Straße',
      'GROẞ',
      '5 \u212a',
    ]) {
      await createProject(context.app, { name });
    }
    expect(await names('?q=%C3%A9lan')).toEqual(['ÉLAN vital', 'un élan']);
    expect(await names('?q=%C3%89LAN')).toEqual(['ÉLAN vital', 'un élan']);
    expect(await names(`?q=${encodeURIComponent('проект')}`)).toEqual(['ПРОЕКТ']);
    expect(await names(`?q=${encodeURIComponent('οδος')}`)).toEqual(['ΟΔΟΣ']);
    expect(await names('?q=STRASSE')).toEqual(['Straße']);
    expect(await names(`?q=${encodeURIComponent('groß')}`)).toEqual(['GROẞ']);
    expect(await names('?q=5%20k')).toEqual(['5 \u212a']);
    expect(await names('?q=l')).toEqual(['ÉLAN vital', 'un élan', 'Elan']);
  });

  it('matches %, _ and \\ literally', async () => {
    for (const name of ['100%', '100x', 'a_b', 'aXb', 'c\\d', 'cd']) {
      await createProject(context.app, { name });
    }
    expect(await names('?q=%25')).toEqual(['100%']);
    expect(await names('?q=0%25')).toEqual(['100%']);
    expect(await names('?q=a_b')).toEqual(['a_b']);
    expect(await names('?q=c%5Cd')).toEqual(['c\\d']);
    expect(await names('?q=%5C')).toEqual(['c\\d']);
  });

  it('filters by exact status, even one of the maximum length', async () => {
    const long = 'x'.repeat(50);
    await createProject(context.app, { name: 'long', status: long });
    await createProject(context.app, { name: 'planned' });
    await sql(`INSERT INTO projects (name, status) VALUES ('old', $1)`, [`${long}x`]);
    expect(await names(`?status=${long}`)).toEqual(['long']);
    expect(await names('?status=planned')).toEqual(['planned']);
    expect(await names('?status=PLANNED')).toEqual([]);
  });
});

describe('a cursor', () => {
  it.each([
    ['sort=id', 'WyJpZCIsbnVsbCwxXQ'], // ["id",null,1]
    ['sort=-name', 'WyItbmFtZSIsImIiLDJd'], // ["-name","b",2]
    ['sort=createdAt', 'WyJjcmVhdGVkQXQiLCIwMDAxLTAxLTAxVDAwOjAwOjAwLjAwMFoiLDFd'],
  ])('from an earlier version of the server works: %s', async (sort, cursor) => {
    await createProject(context.app, { name: 'a' });
    await createProject(context.app, { name: 'b' });
    const response = await context.app.inject(`/projects?${sort}&cursor=${cursor}`);
    expect(response.statusCode, response.body).toBe(200);
    expect(response.json().length).toBeGreaterThan(0);
  });

  it('keeps the path of the request in the link, without its trailing slash', async () => {
    await createProject(context.app, { name: 'a' });
    await createProject(context.app, { name: 'b' });
    const { headers } = await context.app.inject('/projects/?limit=1');
    expect(headers.link).toBe('</projects?limit=1&cursor=WyJpZCIsbnVsbCwxXQ>; rel="next"');
  });
});

describe('GET /projects: 400', () => {
  const cursor = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

  it.each([
    ['limit=0', '/limit'],
    ['limit=1001', '/limit'],
    ['limit=1e2', '/limit'],
    ['limit=', '/limit'],
    ['limit=%205', '/limit'],
    ['limit=1&limit=2', '/limit'],
    ['sort=color', '/sort'],
    ['sort=', '/sort'],
    ['status=', '/status'],
    [`status=${'x'.repeat(51)}`, '/status'],
    ['q=', '/q'],
    ['q=%00', '/q'],
    ['q=%FF', '/q'],
    ['q=%ED%A0%80', '/q'],
    [`q=${'x'.repeat(201)}`, '/q'],
    ['page=2', '/page'],
    ['%FF=2', '/%FF'],
    ['__proto__=2', '/__proto__'],
    ['cursor=', '/cursor'],
    ['cursor=%%%', '/cursor'],
    ['cursor=bm90IGpzb24', '/cursor'],
    [`cursor=${cursor(['id', null])}`, '/cursor'],
    [`cursor=${cursor(['id', null, 1.5])}`, '/cursor'],
    [`cursor=${cursor(['id', null, 2_147_483_648])}`, '/cursor'],
    [`cursor=${cursor(['id', null, '1'])}`, '/cursor'],
    [`cursor=${cursor(['id', 'x', 1])}`, '/cursor'],
    [`cursor=${cursor(['name', 'x', 1])}`, '/cursor'],
    [`sort=name&cursor=${cursor(['name', 'a\u0000', 1])}`, '/cursor'],
    [`sort=name&cursor=${cursor(['name', '\ud800', 1])}`, '/cursor'],
    [`sort=createdAt&cursor=${cursor(['createdAt', 'yesterday', 1])}`, '/cursor'],
    [`sort=createdAt&cursor=${cursor(['createdAt', '2026-99-01T00:00:00.000Z', 1])}`, '/cursor'],
    [`sort=createdAt&cursor=${cursor(['createdAt', '2026-02-30T00:00:00.000Z', 1])}`, '/cursor'],
    [`sort=createdAt&cursor=${cursor(['createdAt', '0000-01-01T00:00:00.000Z', 1])}`, '/cursor'],
    [`cursor=${'x'.repeat(2001)}`, '/cursor'],
  ])('refuses %s', async (query, pointer) => {
    const response = await context.app.inject(`/projects?${query}`);
    const problem = expectProblem(response, 400, 'validation-failed');
    expect(pointers(problem)).toEqual([pointer]);
    expect(problem.errors[0].in).toBe('query');
  });

  it('reports every fault at the same time', async () => {
    const response = await context.app.inject('/projects?limit=1e2&q=%FF&sort=x&page=1');
    const problem = expectProblem(response, 400, 'validation-failed');
    expect(pointers(problem)).toEqual(['/limit', '/page', '/q', '/sort']);
  });
});
