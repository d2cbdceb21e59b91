import { request as httpRequest } from 'node:http';
import { describe, expect, it } from 'vitest';
import { SCOPE_NAMES, type Scope } from '../../src/access/scopes.js';
import { loadConfig } from '../../src/config/config.js';
import { openDatabase } from '../../src/database/client.js';
import { authenticator } from '../../src/security/authentication/authenticator.js';
import { buildTestApp, useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { moveProcessClock, skipElapsed, skipTime } from '../support/clock.js';
import { serverDatabaseUrl, sql } from '../support/database.js';
import { expectProblem } from '../support/requests.js';

const context = useApp({ AUTH_MODE: 'token' });
const open = useApp();

/** The only ones that need no token. */
const PUBLIC_ROUTES = [
  '/',
  '/health',
  '/health/ready',
  '/version',
  '/openapi.json',
  '/docs',
  '/schemas/verdict/v1',
];

/** A browser begins there without any credential. This server has no identity provider. */
const SIGN_IN_ROUTES = ['/sign-in', '/sign-in/callback'];

/** They need a caller, and no scope. */
const CALLER_ROUTES = ['GET /me', 'POST /sign-out'];

/** What can be called, by its path in the document, and the scope that it needs. */
const CALLS: [method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, scope: Scope][] = [
  ['GET', '/projects', 'projects:read'],
  ['POST', '/projects', 'projects:write'],
  ['GET', '/projects/{id}', 'projects:read'],
  ['PATCH', '/projects/{id}', 'projects:write'],
  ['DELETE', '/projects/{id}', 'projects:write'],
  ['GET', '/projects/{id}/releases', 'releases:read'],
  ['POST', '/projects/{id}/releases', 'releases:write'],
  ['PUT', '/projects/{id}/releases/{version}', 'releases:write'],
  ['GET', '/releases/{id}', 'releases:read'],
  ['PATCH', '/releases/{id}', 'releases:write'],
  ['POST', '/releases/{id}/seal', 'releases:write'],
  ['POST', '/releases/{id}/revoke', 'releases:write'],
  ['GET', '/releases/{id}/artifacts', 'releases:read'],
  ['POST', '/releases/{id}/artifacts', 'releases:write'],
  ['GET', '/artifacts/{sha256}', 'releases:read'],
  ['GET', '/releases/{id}/evidence', 'evidence:read'],
  ['POST', '/releases/{id}/evidence', 'evidence:write'],
  ['GET', '/evidence/{id}', 'evidence:read'],
  ['GET', '/evidence/{id}/document', 'evidence:read'],
  ['POST', '/evidence/{id}/retract', 'evidence:retract'],
  ['GET', '/releases/{id}/components', 'evidence:read'],
  ['GET', '/releases/{id}/findings', 'evidence:read'],
  ['GET', '/releases/{id}/summary', 'evidence:read'],
  ['GET', '/releases/{id}/summary.md', 'verdicts:read'],
  ['GET', '/releases/{id}/diff/{other}', 'evidence:read'],
  ['GET', '/components', 'evidence:read'],
  ['GET', '/findings', 'evidence:read'],
  ['GET', '/policies', 'policies:read'],
  ['POST', '/policies', 'policies:write'],
  ['GET', '/policies/{name}', 'policies:read'],
  ['GET', '/policies/{name}/versions', 'policies:read'],
  ['POST', '/policies/{name}/versions', 'policies:write'],
  ['GET', '/policies/{name}/versions/{version}', 'policies:read'],
  ['GET', '/environments', 'environments:read'],
  ['POST', '/environments', 'environments:write'],
  ['GET', '/environments/{name}', 'environments:read'],
  ['PATCH', '/environments/{name}', 'environments:write'],
  ['GET', '/environments/{name}/deployments', 'deployments:read'],
  ['POST', '/environments/{name}/deployments', 'deployments:write'],
  ['GET', '/deployments', 'deployments:read'],
  ['GET', '/environments/{name}/history', 'deployments:read'],
  ['GET', '/environments/{name}/deployment-weeks', 'deployments:read'],
  ['GET', '/environments/{name}/findings', 'evidence:read'],
  ['GET', '/environments/{name}/status', 'environments:read'],
  ['GET', '/environments/{name}/stops', 'environments:read'],
  ['POST', '/environments/{name}/stop', 'environments:stop'],
  ['POST', '/environments/{name}/resume', 'environments:resume'],
  ['GET', '/environments/{name}/windows', 'environments:read'],
  ['POST', '/environments/{name}/windows', 'environments:write'],
  ['GET', '/environments/{name}/windows/{id}', 'environments:read'],
  ['DELETE', '/environments/{name}/windows/{id}', 'environments:write'],
  ['GET', '/releases/{id}/readiness', 'verdicts:read'],
  ['GET', '/releases/{id}/timeline', 'events:read'],
  ['GET', '/releases/{id}/audit-pack', 'audit:read'],
  ['GET', '/verdicts/{id}/attestation', 'verdicts:read'],
  ['GET', '/verdicts/{id}/proof', 'verdicts:read'],
  ['GET', '/waivers/ending', 'waivers:read'],
  ['GET', '/waivers', 'waivers:read'],
  ['POST', '/waivers', 'waivers:request'],
  ['GET', '/waivers/{id}', 'waivers:read'],
  ['POST', '/waivers/{id}/approve', 'waivers:approve'],
  ['POST', '/waivers/{id}/revoke', 'waivers:approve'],
  ['GET', '/releases/{id}/decision-brief', 'approvals:read'],
  ['GET', '/releases/{id}/approvals', 'approvals:read'],
  ['POST', '/releases/{id}/approvals', 'approvals:write'],
  ['POST', '/releases/{id}/approval-requests', 'approvals:write'],
  ['GET', '/approvals', 'approvals:read'],
  ['GET', '/approvals/{id}', 'approvals:read'],
  ['POST', '/approvals/{id}/withdraw', 'approvals:write'],
  ['POST', '/releases/{id}/break-glass', 'deployments:break-glass'],
  ['GET', '/break-glass', 'deployments:read'],
  ['GET', '/break-glass/{id}', 'deployments:read'],
  ['POST', '/break-glass/{id}/confirm', 'deployments:break-glass'],
  ['POST', '/break-glass/{id}/end', 'deployments:break-glass'],
  ['POST', '/break-glass/{id}/review', 'approvals:write'],
  ['GET', '/releases/{id}/verdicts', 'verdicts:read'],
  ['POST', '/releases/{id}/verdicts', 'verdicts:write'],
  ['GET', '/verdicts', 'verdicts:read'],
  ['GET', '/verdicts/{id}', 'verdicts:read'],
  ['GET', '/assert', 'verdicts:read'],
  ['GET', '/events', 'events:read'],
  ['GET', '/events/{id}', 'events:read'],
  ['GET', '/log/checkpoint', 'log:read'],
  ['GET', '/log/tile/{path}', 'log:read'],
  ['GET', '/log/{log}/checkpoint', 'log:read'],
  ['GET', '/log/{log}/tile/{path}', 'log:read'],
  ['GET', '/log/keys', 'log:read'],
  ['GET', '/log/proof', 'log:read'],
  ['GET', '/log/consistency', 'log:read'],
  ['GET', '/webhooks', 'webhooks:read'],
  ['POST', '/webhooks', 'webhooks:write'],
  ['GET', '/webhooks/{id}', 'webhooks:read'],
  ['DELETE', '/webhooks/{id}', 'webhooks:write'],
  ['POST', '/webhooks/{id}/rotate-secret', 'webhooks:write'],
  ['POST', '/webhooks/{id}/enable', 'webhooks:write'],
  ['POST', '/webhooks/{id}/test', 'webhooks:write'],
  ['GET', '/webhooks/{id}/deliveries', 'webhooks:read'],
  ['POST', '/webhooks/{id}/deliveries/{event}/retry', 'webhooks:write'],
  ['GET', '/tokens', 'tokens:admin'],
  ['POST', '/tokens', 'tokens:admin'],
  ['GET', '/tokens/{id}', 'tokens:admin'],
  ['DELETE', '/tokens/{id}', 'tokens:admin'],
  ['GET', '/issuers', 'issuers:admin'],
  ['POST', '/issuers', 'issuers:admin'],
  ['GET', '/issuers/{id}', 'issuers:admin'],
  ['DELETE', '/issuers/{id}', 'issuers:admin'],
  ['GET', '/retention-policies', 'retention:write'],
  ['POST', '/retention-policies', 'retention:write'],
  ['GET', '/legal-holds', 'holds:write'],
  ['POST', '/legal-holds', 'holds:write'],
  ['POST', '/legal-holds/{id}/lift', 'holds:write'],
  ['GET', '/group-grants', 'identities:admin'],
  ['POST', '/group-grants', 'identities:admin'],
  ['GET', '/group-grants/{id}', 'identities:admin'],
  ['DELETE', '/group-grants/{id}', 'identities:admin'],
  ['GET', '/identities', 'identities:admin'],
  ['GET', '/identities/{subject}', 'identities:admin'],
  ['POST', '/identities/{subject}/links', 'identities:admin'],
  ['POST', '/identities/{subject}/links/{id}/unlink', 'identities:admin'],
  ['POST', '/identities/{subject}/disable', 'identities:admin'],
  ['POST', '/identities/{subject}/enable', 'identities:admin'],
  ['GET', '/metrics', 'metrics:read'],
];

/** A path of this route to a resource that does not exist. */
const addressOf = (path: string) =>
  path
    .replace('/projects/{id}', '/projects/1')
    .replace(/\{(?:id|other|event)\}/g, '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e')
    .replace('{subject}', 'missing')
    .replace('{name}', 'missing')
    .replace('{log}', '1')
    .replace('{path}', '0/000')
    .replace('{version}', '1.0.0')
    .replace('{sha256}', 'a'.repeat(64));

/** Statuses of an allowed call: the resources do not exist, no call has a body, and the server has no log. */
const LET_THROUGH = [200, 400, 404, 409];

describe('every route', () => {
  it('of the OpenAPI document is public or in the list of this test', async () => {
    const { paths } = (await context.app.inject('/openapi.json')).json();
    const described = Object.entries<object>(paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const known = CALLS.map(([method, path]) => `${method} ${path}`);
    const open = [...PUBLIC_ROUTES, ...SIGN_IN_ROUTES];
    const guarded = described.filter((name) => !open.includes(name.split(' ')[1] ?? ''));
    expect(guarded.sort()).toEqual([...known, ...CALLER_ROUTES].sort());
  });

  it.each(PUBLIC_ROUTES)('%s is public', async (url) => {
    expect((await context.app.inject(url)).statusCode).toBe(200);
  });

  it.each(CALLER_ROUTES)('%s needs a caller, with any scope', async (name) => {
    const [method = 'GET', url = ''] = name.split(' ') as ['GET' | 'POST', string];
    expectProblem(await context.app.inject({ method, url }), 401, 'unauthenticated');
    const { headers } = await giveToken({ scopes: ['metrics:read'] });
    const { statusCode } = await context.app.inject({ method, url, headers });
    expect([200, 409]).toContain(statusCode); // a token cannot sign out
  });

  it('must declare a scope, or the server does not start', async () => {
    const app = await buildTestApp(serverDatabaseUrl(), {}, false);
    app.get('/undeclared', () => 'open');
    await expect(app.ready()).rejects.toThrow('GET /undeclared does not declare its scope');
    await app.close();
  });
});

describe.each(CALLS)('%s %s', (method, path, scope) => {
  const url = addressOf(path);

  it('401 without a token', async () => {
    const response = await context.app.inject({ method, url });
    expectProblem(response, 401, 'unauthenticated');
    expect(response.headers['www-authenticate']).toBe('Bearer realm="srp"');
  });

  it('403 with every scope except the required one, which the answer names', async () => {
    const scopes = SCOPE_NAMES.filter((name) => name !== scope);
    const { headers } = await giveToken({ scopes });
    const response = await context.app.inject({ method, url, headers });
    expect(expectProblem(response, 403, 'insufficient-scope').detail).toContain(scope);
    expect(response.headers['www-authenticate']).toContain(`scope="${scope}"`);
  });

  it('is allowed with only that scope', async () => {
    const { headers } = await giveToken({ scopes: [scope] });
    const { statusCode } = await context.app.inject({ method, url, headers });
    expect(LET_THROUGH).toContain(statusCode);
  });

  it('needs no token with AUTH_MODE=none', async () => {
    const { statusCode } = await open.app.inject({ method, url });
    expect(LET_THROUGH).toContain(statusCode);
  });
});

describe('the header Authorization', () => {
  const get = (authorization: string) =>
    context.app.inject({ url: '/projects', headers: { authorization } });

  it.each(['bearer', 'BEARER', 'Bearer  '])('may begin with %j', async (scheme) => {
    const { secret } = await giveToken();
    expect((await get(`${scheme} ${secret}`)).statusCode).toBe(200);
  });

  it.each(['', 'Bearer', 'Bearer ', 'Basic YTpi', 'Token x', 'Bearer a b', 'Bearer ü'])(
    '401: %j',
    async (value) => {
      const problem = expectProblem(await get(value), 401, 'unauthenticated');
      expect(problem.detail).toContain('Bearer');
    },
  );

  it('401: a token of the right form that does not exist', async () => {
    const { secret, id } = await giveToken();
    await sql('DELETE FROM api_tokens WHERE id = $1', [id]);
    const response = await get(`Bearer ${secret}`);
    expect(expectProblem(response, 401, 'unauthenticated').detail).toBe('The token does not exist');
    expect(response.headers['www-authenticate']).toContain('error="invalid_token"');
  });

  it('401: a token with a wrong checksum, without a query', async () => {
    const { secret } = await giveToken();
    const wrong = secret.slice(0, -1) + (secret.endsWith('A') ? 'B' : 'A');
    expect(expectProblem(await get(`Bearer ${wrong}`), 401, 'unauthenticated').detail).toBe(
      'The token is not a valid API token',
    );
  });

  it('401: an expired token, even if it was accepted a moment before', async () => {
    const expired = await giveToken({ age: '91 days', expiresIn: '-1 day' });
    const { detail } = expectProblem(await get(`Bearer ${expired.secret}`), 401, 'unauthenticated');
    expect(detail).toMatch(/^The token expired at \d{4}-/);

    let accepted = '';
    // It is valid for a moment, which a busy machine can need for the request.
    const status = async () => {
      accepted = `Bearer ${(await giveToken({ expiresIn: '2 seconds' })).secret}`;
      return (await get(accepted)).statusCode;
    };
    await expect.poll(status).toBe(200);
    skipElapsed(2000);
    expectProblem(await get(accepted), 401, 'unauthenticated');
  });

  it('401: a revoked token, after some seconds also if the clock of the server is set back', async () => {
    const { secret, id } = await giveToken();
    expect((await get(`Bearer ${secret}`)).statusCode).toBe(200);
    await sql(`UPDATE api_tokens SET revoked_at = now(), revoked_by = 'x' WHERE id = $1`, [id]);
    moveProcessClock(-3);
    skipElapsed(3001);
    expectProblem(await get(`Bearer ${secret}`), 401, 'unauthenticated');
  });
});

describe('a token that is revoked while a body arrives', () => {
  it('has no further effect', async () => {
    const app = await buildTestApp(serverDatabaseUrl(), { AUTH_MODE: 'token' });
    const address = await app.listen({ host: '127.0.0.1', port: 0 });
    const { secret, id } = await giveToken();
    const body = JSON.stringify({ name: 'x', subject: 'x', scopes: ['projects:read'] });
    const request = httpRequest(`${address}/tokens`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${secret}`,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      },
    });
    request.write(body.slice(0, 5));
    const isKnown = () => sql('SELECT 1 FROM api_tokens WHERE last_used_at IS NOT NULL');
    await expect.poll(isKnown).toHaveLength(1);
    await sql(`UPDATE api_tokens SET revoked_at = now(), revoked_by = 'x' WHERE id = $1`, [id]);
    skipTime(3001); // what was verified is believed for 3 s
    const status = new Promise((resolve) => {
      request.once('response', (response) => resolve(response.resume().statusCode));
    });
    request.end(body.slice(5));
    expect(await status).toBe(401);
    expect(await sql('SELECT 1 FROM api_tokens')).toHaveLength(1);
    await app.close();
  });
});

describe('the database', () => {
  it('gets two queries for many requests with one token, and again after a few seconds', async () => {
    const asked: string[] = [];
    const database = openDatabase(serverDatabaseUrl(), loadConfig({}));
    const { query } = database.pool;
    database.pool.query = ((statement: { text: string }) => {
      asked.push(statement.text);
      return Reflect.apply(query, database.pool, [statement]);
    }) as unknown as typeof query;
    const authenticate = authenticator(database, () => {});
    const { secret } = await giveToken();
    const ask = () => Promise.all(Array.from({ length: 20 }, () => authenticate(secret)));
    const callers = await ask();
    expect(callers.every(({ subject }) => subject === 'alice')).toBe(true);
    const lookups = () => asked.filter((text) => text.startsWith('SELECT')).length;
    expect(lookups()).toBe(2); // the token, and the names of its subject
    skipTime(3001);
    await ask();
    expect(lookups()).toBe(4);
    await database.close();
  });
});

describe('the database stores', () => {
  it('the subject in the resources that a caller creates and changes', async () => {
    const alice = await giveToken({ subject: 'alice' });
    const bob = await giveToken({ subject: 'bob' });
    const created = await context.app.inject({
      method: 'POST',
      url: '/projects',
      headers: alice.headers,
      payload: { name: 'A' },
    });
    expect(created.json()).toMatchObject({ createdBy: 'alice', updatedBy: 'alice' });
    const changed = await context.app.inject({
      method: 'PATCH',
      url: '/projects/1',
      headers: bob.headers,
      payload: { status: 'done' },
    });
    expect(changed.json()).toMatchObject({ createdBy: 'alice', updatedBy: 'bob' });
  });

  it('the last use of a token, written at most once a minute', async () => {
    const { headers, id } = await giveToken();
    const lastUsed = async () => {
      const [row] = await sql<{ at: Date | null }>(
        'SELECT last_used_at AS at FROM api_tokens WHERE id = $1',
        [id],
      );
      return row?.at?.getTime() ?? 0;
    };
    await context.app.inject({ url: '/projects', headers });
    await expect.poll(lastUsed).toBeGreaterThan(Date.now() - 60_000);
    const first = await lastUsed();

    // Another instance has not seen it yet, and must not write again.
    const second = await buildTestApp(serverDatabaseUrl(), { AUTH_MODE: 'token' });
    await second.inject({ url: '/projects', headers });
    await second.close();
    expect(await lastUsed()).toBe(first);

    await sql(`UPDATE api_tokens SET last_used_at = now() - interval '61 seconds'`);
    const third = await buildTestApp(serverDatabaseUrl(), { AUTH_MODE: 'token' });
    await third.inject({ url: '/projects', headers });
    await expect.poll(lastUsed).toBeGreaterThanOrEqual(first);
    await third.close();
  });
});
