import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { giveToken, type Holder } from '../support/callers.js';
import { sql } from '../support/database.js';
import { expectProblem, nextPage, pointers } from '../support/requests.js';

const context = useApp({ AUTH_MODE: 'token' });
let admin: Holder;
beforeEach(async () => {
  admin = await giveToken();
});

const BODY = {
  name: 'payments',
  issuer: 'https://token.actions.githubusercontent.com',
  audience: 'https://releases.example.org',
  conditions: { repository: 'acme/payments', ref: 'refs/heads/*' },
  scopes: ['projects:read'],
};
const create = (payload: object, { headers }: Holder = admin, more = {}) =>
  context.app.inject({
    method: 'POST',
    url: '/issuers',
    headers: { ...headers, ...more },
    payload,
  });
const call = (method: 'GET' | 'DELETE', url: string) =>
  context.app.inject({ method, url, headers: admin.headers });

describe('POST /issuers', () => {
  it('201: stores the issuer with its conditions and rights', async () => {
    const response = await create(BODY);
    expect(response.statusCode, response.body).toBe(201);
    const issuer = response.json();
    expect(response.headers).toMatchObject({ location: `/issuers/${issuer.id}`, etag: '"1"' });
    expect(issuer).toEqual({
      id: expect.any(String),
      ...BODY,
      actorClaim: null,
      projects: null,
      createdAt: expect.any(String),
      createdBy: 'alice',
      revokedAt: null,
      revokedBy: null,
    });
    expect((await call('GET', `/issuers/${issuer.id}`)).json()).toEqual(issuer);
  });

  it('201: creates one issuer for an Idempotency-Key', async () => {
    const key = { 'idempotency-key': 'one' };
    const first = await create(BODY, admin, key);
    const again = await create(BODY, admin, key);
    expect(again.body).toBe(first.body);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(await sql('SELECT 1 FROM trusted_issuers')).toHaveLength(1);
  });

  it.each([
    'http://localhost:8080',
    'http://127.0.0.1/x',
    'http://[::1]:1',
    'https://git.acme.org/a',
    'https://ci.acme.org/job/a%20b/oidc',
  ])('201: %s', async (issuer) => {
    expect((await create({ ...BODY, issuer })).statusCode).toBe(201);
  });

  it.each<[object, string[]]>([
    [{ ...BODY, issuer: 'http://ci.example.org' }, ['/issuer']],
    [{ ...BODY, issuer: 'http://127.0.0.1.example.org' }, ['/issuer']],
    [{ ...BODY, issuer: 'https://user:pw@ci.example.org' }, ['/issuer']],
    [{ ...BODY, issuer: 'https://ci.example.org?x=1' }, ['/issuer']],
    [{ ...BODY, issuer: 'https://1.2.3.999' }, ['/issuer']],
    [{ ...BODY, issuer: 'file:///etc/passwd' }, ['/issuer']],
    [{ ...BODY, conditions: {} }, ['/conditions']],
    [{ ...BODY, conditions: { sub: '*' } }, ['/conditions/sub']],
    [{ ...BODY, conditions: { sub: 'a*b' } }, ['/conditions/sub']],
    [{ ...BODY, conditions: { sub: 5 } }, ['/conditions/sub']],
    [{ ...BODY, conditions: { sub: '' } }, ['/conditions/sub']],
    [{ ...BODY, audience: '' }, ['/audience']],
    [{ ...BODY, actorClaim: '' }, ['/actorClaim']],
    [{ ...BODY, actorClaim: 'a\n' }, ['/actorClaim']],
    [{ ...BODY, actorClaim: 7 }, ['/actorClaim']],
    [{ ...BODY, projects: [7] }, ['/projects/0']],
    [{ ...BODY, scopes: ['issuers:admin'], projects: [7] }, ['/projects']],
  ])('400: %j', async (body, expected) => {
    const problem = expectProblem(await create(body), 400, 'validation-failed');
    expect([...new Set(pointers(problem))]).toEqual(expected);
    expect(await sql('SELECT 1 FROM trusted_issuers')).toHaveLength(0);
  });

  const GITHUB = 'https://token.actions.githubusercontent.com';

  it.each<[string, Record<string, string>]>([
    [GITHUB, { ref: 'refs/heads/main' }],
    [GITHUB, { sub: 'repo:*' }],
    [GITHUB, { sub: 'repo:acme*' }],
    [GITHUB, { repository: 'acme*', ref: 'refs/heads/main' }],
    [GITHUB, { repository_owner: 'a*' }],
    [GITHUB, { actor: 'alice' }],
    [`${GITHUB}/acme`, { event_name: 'push' }],
    ['https://ghes.example.org/_services/token', { ref: 'refs/heads/*' }],
    ['https://gitlab.com', { ref_protected: 'true' }],
    ['https://gitlab.com', { namespace_path: 'acme*' }],
    ['https://ci.example.org', { iss: 'https://ci.example.org', aud: 'x' }],
    ['https://ci.example.org', { token_type: 'Bearer' }],
  ])('400: conditions that everyone meets, of %s: %j', async (issuer, conditions) => {
    const problem = expectProblem(
      await create({ ...BODY, issuer, conditions }),
      400,
      'validation-failed',
    );
    expect(pointers(problem)).toEqual(['/conditions']);
  });

  it.each<[string, Record<string, string>]>([
    [GITHUB, { sub: 'repo:acme/*' }],
    [GITHUB, { repository: 'acme/payments*', ref: 'refs/heads/main' }],
    [GITHUB, { repository_owner_id: '77' }],
    ['https://gitlab.com', { project_id: '5', ref: 'main' }],
    ['https://gitlab.com', { sub: 'project_path:acme/payments:*' }],
    ['https://ci.example.org', { ref: 'main' }],
  ])('201: conditions that name an owner, of %s: %j', async (issuer, conditions) => {
    expect((await create({ ...BODY, issuer, conditions })).statusCode).toBe(201);
  });

  it('403: refuses more rights than the caller has', async () => {
    const some = await giveToken({ scopes: ['issuers:admin'] });
    expectProblem(await create(BODY, some), 403, 'rights-exceeded');
  });
});

describe('the table of issuers', () => {
  it.each(['{}', '[]', '{"a": 7}', '{"a": "*"}', '{"a": ""}'])('refuses %s', async (conditions) => {
    await create(BODY);
    const change = sql('UPDATE trusted_issuers SET conditions = $1', [conditions]);
    await expect(change).rejects.toThrow(/trusted_issuers_conditions_check/);
  });
});

describe('GET and DELETE', () => {
  it('list issuers in pages and revoke one', async () => {
    const made = [];
    for (const name of ['a', 'b', 'c']) made.push((await create({ ...BODY, name })).json().id);
    expect((await call('DELETE', `/issuers/${made[1]}`)).statusCode).toBe(204);
    const ids = async (url: string) =>
      (await call('GET', url)).json().map(({ id }: { id: string }) => id);
    expect(await ids('/issuers')).toEqual([made[0], made[2]]);
    expect(await ids('/issuers?state=all')).toEqual(made);
    const first = await call('GET', '/issuers?limit=1');
    expect(await ids(nextPage(first) ?? '')).toEqual([made[2]]);
    const [record] = (await call('GET', '/issuers?state=revoked')).json();
    expect(record).toMatchObject({
      id: made[1],
      revokedBy: 'alice',
      revokedAt: expect.any(String),
    });
    for (const method of ['GET', 'DELETE'] as const) {
      expectProblem(await call(method, `/issuers/${made[1]}`), 404, 'issuer-not-found');
    }
    expect((await call('GET', '/issuers?state=revoked')).json()).toEqual([record]);
  });

  it('have an entity tag', async () => {
    const url = `/issuers/${(await create(BODY)).json().id}`;
    const tag = String((await call('GET', url)).headers.etag);
    const conditional = (method: 'GET' | 'DELETE', headers: Record<string, string>) =>
      context.app.inject({ method, url, headers: { ...admin.headers, ...headers } });
    expect((await conditional('GET', { 'if-none-match': tag })).statusCode).toBe(304);
    expectProblem(await conditional('DELETE', { 'if-match': '"7"' }), 412, 'precondition-failed');
    expect((await conditional('DELETE', { 'if-match': tag })).statusCode).toBe(204);
  });

  it('404: the issuer does not exist', async () => {
    const url = '/issuers/019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e';
    expectProblem(await call('GET', url), 404, 'issuer-not-found');
    expectProblem(await call('DELETE', url), 404, 'issuer-not-found');
  });

  it.each(['?state=lost', '?revoked=true', '?limit=x'])('400: %s', async (query) => {
    expectProblem(await call('GET', `/issuers${query}`), 400, 'validation-failed');
  });
});
