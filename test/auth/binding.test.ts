import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { giveToken, type Holder } from '../support/callers.js';
import { expectProblem, nextPage } from '../support/requests.js';

const context = useApp({ AUTH_MODE: 'token' });
let admin: Holder;
let bound: Holder;

beforeEach(async () => {
  admin = await giveToken();
  for (const name of ['A', 'B', 'C', 'D']) {
    const payload = { name };
    await context.app.inject({ method: 'POST', url: '/projects', headers: admin.headers, payload });
  }
  bound = await giveToken({ scopes: ['projects:read', 'projects:write'], projects: [2, 4] });
});

const as = ({ headers }: Holder, url: string) => context.app.inject({ url, headers });

describe('a token that is bound to projects', () => {
  it('reads and changes its projects', async () => {
    expect((await as(bound, '/projects/2')).json().name).toBe('B');
    const changed = await context.app.inject({
      method: 'PATCH',
      url: '/projects/4',
      headers: bound.headers,
      payload: { status: 'done' },
    });
    expect(changed.json().status).toBe('done');
  });

  it('lists only its projects, with filters, sorting and pages', async () => {
    const names = async (url: string) =>
      (await as(bound, url)).json().map(({ name }: { name: string }) => name);
    expect(await names('/projects')).toEqual(['B', 'D']);
    expect(await names('/projects?sort=-name')).toEqual(['D', 'B']);
    expect(await names('/projects?status=planned&q=b')).toEqual(['B']);
    expect(await names('/projects?q=a')).toEqual([]);
    const first = await as(bound, '/projects?limit=1');
    const next = nextPage(first) ?? '';
    expect([...first.json(), ...(await as(bound, next)).json()].map(({ id }) => id)).toEqual([
      2, 4,
    ]);
    expect(nextPage(await as(bound, next))).toBeUndefined();
  });

  it.each(['GET', 'PATCH', 'DELETE'] as const)(
    '404: %s of another project gets the same answer as a missing one',
    async (method) => {
      const ask = (id: number) =>
        context.app.inject({
          method,
          url: `/projects/${id}`,
          headers: { ...bound.headers, 'x-request-id': 'same' },
          ...(method === 'PATCH' && { payload: {} }),
        });
      const [other, missing] = [await ask(1), await ask(99)];
      const problem = expectProblem(other, 404, 'project-not-found');
      expect({ ...problem, instance: '' }).toEqual({ ...missing.json(), instance: '' });
      const { date: _date, 'content-length': _length, ...headers } = other.headers;
      expect(missing.headers).toMatchObject(headers);
      expect((await as(admin, '/projects/1')).json()).toMatchObject({
        name: 'A',
        updatedBy: 'alice',
      });
    },
  );

  it('403: cannot create projects', async () => {
    const response = await context.app.inject({
      method: 'POST',
      url: '/projects',
      headers: bound.headers,
      payload: { name: 'E' },
    });
    expectProblem(response, 403, 'insufficient-scope');
    expect((await as(admin, '/projects')).json()).toHaveLength(4);
  });
});
