import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { sql } from '../support/database.js';
import { createRelease } from '../support/releases.js';
import { createProject, expectProblem, pointers } from '../support/requests.js';

const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });

const send = (method: 'POST' | 'PATCH' | 'PUT', url: string, payload: object) =>
  context.app.inject({ method, url, payload });
const shop = () => send('POST', '/projects', { name: 'Shop', key: 'shop' });
const COMMIT = '8f3c2a1b9d4e5f60718293a4b5c6d7e8f9012345';

describe('the key of a project', () => {
  it('stands for the id in paths, queries and bodies', async () => {
    await createProject(context.app);
    const created = await shop();
    expect(created.statusCode, created.body).toBe(201);
    expect(created.json()).toMatchObject({ id: 2, key: 'shop' });
    expect((await context.app.inject('/projects/shop')).json()).toEqual(created.json());

    const put = await send('PUT', '/projects/shop/releases/1.0.0', { commit: COMMIT });
    expect(put.json()).toMatchObject({ projectId: 2, version: '1.0.0' });
    await createRelease(context.app, { version: '7.0.0' });
    const { id } = put.json();
    const ask = (project: string) =>
      context.app.inject(`/assert?release=${id}&environment=production&project=${project}`);
    expect((await ask('shop')).statusCode).toBe(409);
    expectProblem(await ask('1'), 400, 'validation-failed');
    expectProblem(await ask('other'), 400, 'validation-failed');

    const stop = await send('POST', '/environments/production/stop', {
      ...{ reason: 'Payments fail', projects: ['shop', 1] },
    });
    expect(stop.json()).toMatchObject({ projects: [2, 1] });
    const waiver = await send('POST', '/waivers', {
      ...{ projectId: 'shop', rule: 'CVE-2021-23337', reason: 'Not reachable', expiresInDays: 7 },
    });
    expect(waiver.json(), waiver.body).toMatchObject({ projectId: 2 });
  });

  it('is unique, can be given later, and is recorded', async () => {
    await createProject(context.app);
    await shop();
    expectProblem(await shop(), 409, 'project-key-exists');
    expectProblem(await send('PATCH', '/projects/1', { key: 'shop' }), 409, 'project-key-exists');
    const given = await send('PATCH', '/projects/1', { key: 'desk-2' });
    expect(given.json()).toMatchObject({ key: 'desk-2' });
    const taken = await send('PATCH', '/projects/desk-2', { key: null });
    expect(taken.json()).toMatchObject({ id: 1, key: null });
    const rows = await sql<{ data: string }>(
      `SELECT data FROM events WHERE type LIKE 'project.%' AND data LIKE '%"key":%' ORDER BY id`,
    );
    expect(rows.map(({ data }) => JSON.parse(data).key)).toEqual([
      'shop',
      { before: null, after: 'desk-2' },
      { before: 'desk-2', after: null },
    ]);
  });

  it('that nobody has, and one out of reach, get the same answer', async () => {
    await createProject(context.app);
    await shop();
    const { headers } = await giveToken({ scopes: ['projects:read'], projects: [1] });
    const [hidden, none] = await Promise.all(
      ['shop', 'no-such'].map((key) => guarded.app.inject({ url: `/projects/${key}`, headers })),
    );
    const problem = expectProblem(hidden as never, 404, 'project-not-found');
    const other = expectProblem(none as never, 404, 'project-not-found');
    expect(problem.detail).toBe(other.detail);
    expect((await guarded.app.inject('/projects/shop')).statusCode).toBe(401);
  });

  it.each(['Shop', '7', '-a', 'a_b', `a${'b'.repeat(63)}`, 'a\n', ''])('is not %j', async (key) => {
    const problem = expectProblem(
      await send('POST', '/projects', { name: 'Shop', key }),
      400,
      'validation-failed',
    );
    expect(pointers(problem)).toEqual(['/key']);
  });
});
