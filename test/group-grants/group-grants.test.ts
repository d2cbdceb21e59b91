import { beforeEach, describe, expect, it } from 'vitest';
import { useSignIn } from '../support/browser.js';
import { giveToken, type Holder } from '../support/callers.js';
import { sql } from '../support/database.js';
import { expectProblem, nextPage, pointers } from '../support/requests.js';

const context = useSignIn();
let admin: Holder;
beforeEach(async () => {
  admin = await giveToken();
});

const BODY = { group: 'developers', scopes: ['projects:read'] };
const create = (payload: object, { headers }: Holder = admin, more = {}) =>
  context.app.inject({
    method: 'POST',
    url: '/group-grants',
    headers: { ...headers, ...more },
    payload,
  });
const call = (method: 'GET' | 'DELETE', url: string, headers = {}) =>
  context.app.inject({ method, url, headers: { ...admin.headers, ...headers } });

describe('POST /group-grants', () => {
  it('201: members have the rights at once, also in a session that exists', async () => {
    const browser = await context.signedIn();
    expectProblem(await browser.send({ url: '/projects' }), 403, 'insufficient-scope');
    const response = await create(BODY);
    expect(response.statusCode, response.body).toBe(201);
    const grant = response.json();
    expect(response.headers).toMatchObject({ location: `/group-grants/${grant.id}`, etag: '"1"' });
    expect(grant).toEqual({
      id: expect.any(String),
      ...BODY,
      projects: null,
      createdAt: expect.any(String),
      createdBy: 'alice',
      revokedAt: null,
      revokedBy: null,
    });
    expect((await call('GET', `/group-grants/${grant.id}`)).json()).toEqual(grant);
    expect((await browser.send({ url: '/projects' })).statusCode).toBe(200);
  });

  it('201: a person passes on rights of its own, and no others', async () => {
    await create({ ...BODY, scopes: ['identities:admin', 'projects:read'] });
    const browser = await context.signedIn();
    const url = '/group-grants';
    const passed = await browser.change({ url, payload: { ...BODY, group: 'managers' } });
    expect(passed.json()).toMatchObject({ createdBy: context.login('u1') });
    const more = await browser.change({ url, payload: { ...BODY, scopes: ['projects:write'] } });
    expectProblem(more, 403, 'rights-exceeded');
  });

  it('201: creates one grant for an Idempotency-Key', async () => {
    const first = await create(BODY, admin, { 'idempotency-key': 'one' });
    const again = await create(BODY, admin, { 'idempotency-key': 'one' });
    expect(again.body).toBe(first.body);
    expect(await sql('SELECT 1 FROM group_grants')).toHaveLength(1);
  });

  it.each<[object, string[]]>([
    [{ ...BODY, group: '' }, ['/group']],
    [{ ...BODY, group: 'a\nb' }, ['/group']],
    [{ ...BODY, group: 'x'.repeat(201) }, ['/group']],
    [{ scopes: BODY.scopes }, ['/group']],
    [{ ...BODY, scopes: [] }, ['/scopes']],
    [{ ...BODY, scopes: ['x'] }, ['/scopes/0']],
    [{ ...BODY, projects: [7] }, ['/projects/0']],
    [{ ...BODY, projects: [] }, ['/projects']],
    [{ ...BODY, scopes: ['identities:admin'], projects: [7] }, ['/projects']],
  ])('400: %j', async (body, expected) => {
    const problem = expectProblem(await create(body), 400, 'validation-failed');
    expect([...new Set(pointers(problem))]).toEqual(expected);
    expect(await sql('SELECT 1 FROM group_grants')).toHaveLength(0);
  });

  it('403: refuses more rights than the caller has', async () => {
    const some = await giveToken({ scopes: ['identities:admin'] });
    expectProblem(await create(BODY, some), 403, 'rights-exceeded');
  });
});

describe('GET and DELETE', () => {
  it('list grants in pages and revoke one, whose rights end at once', async () => {
    const made = [];
    for (const group of ['a', 'developers', 'c']) {
      made.push((await create({ ...BODY, group })).json().id);
    }
    const browser = await context.signedIn();
    expect((await browser.send({ url: '/projects' })).statusCode).toBe(200);
    expect((await call('DELETE', `/group-grants/${made[1]}`)).statusCode).toBe(204);
    expectProblem(await browser.send({ url: '/projects' }), 403, 'insufficient-scope');
    const ids = async (url: string) =>
      (await call('GET', url)).json().map(({ id }: { id: string }) => id);
    expect(await ids('/group-grants')).toEqual([made[0], made[2]]);
    expect(await ids('/group-grants?group=c')).toEqual([made[2]]);
    expect(await ids('/group-grants?state=all')).toEqual(made);
    const first = await call('GET', '/group-grants?limit=1');
    expect(await ids(nextPage(first) ?? '')).toEqual([made[2]]);
    const [record] = (await call('GET', '/group-grants?state=revoked')).json();
    expect(record).toMatchObject({ id: made[1], revokedBy: 'alice' });
    for (const method of ['GET', 'DELETE'] as const) {
      const response = await call(method, `/group-grants/${made[1]}`);
      expectProblem(response, 404, 'group-grant-not-found');
    }
    const events = await sql<{ type: string }>(
      `SELECT type FROM events WHERE subject_kind = 'group-grant' ORDER BY id`,
    );
    expect(events.map(({ type }) => type.split('.')[1])).toEqual([
      'created',
      'created',
      'created',
      'revoked',
    ]);
  });

  it('have an entity tag', async () => {
    const url = `/group-grants/${(await create(BODY)).json().id}`;
    expect((await call('GET', url, { 'if-none-match': '"1"' })).statusCode).toBe(304);
    expectProblem(await call('DELETE', url, { 'if-match': '"7"' }), 412, 'precondition-failed');
    expect((await call('DELETE', url, { 'if-match': '"1"' })).statusCode).toBe(204);
  });
});

describe('the table of grants', () => {
  it('refuses an emptied list of projects', async () => {
    await create(BODY);
    const change = sql('UPDATE group_grants SET every_project = false');
    await expect(change).rejects.toThrow(/group_grants_projects_check/);
  });
});
