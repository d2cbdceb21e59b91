import type { FastifyInstance } from 'fastify';
import { type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Scope } from '../../src/shared/scopes.js';
import { buildTestApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { testDatabaseUrl } from '../support/database.js';
import { LocalIssuer } from '../support/issuer.js';
import { expectProblem } from '../support/requests.js';

/** Each test has an application of its own: what it knows of issuers must not help the next one. */
let app: FastifyInstance;
let issuer: LocalIssuer;
beforeEach(async () => {
  app = await buildTestApp(testDatabaseUrl(), { AUTH_MODE: 'token' });
  issuer = new LocalIssuer();
  await issuer.start();
});
afterEach(async () => {
  await app.close();
  await issuer.stop();
});

async function trust(more: object = {}): Promise<string> {
  const { headers } = await giveToken();
  const payload = {
    name: 'test',
    issuer: issuer.url,
    audience: 'srp',
    conditions: { repository: 'acme/payments' },
    scopes: ['projects:read', 'projects:write'] satisfies Scope[],
    ...more,
  };
  const response = await app.inject({ method: 'POST', url: '/issuers', headers, payload });
  expect(response.statusCode, response.body).toBe(201);
  return response.json().id;
}

const call = (token: string, url = '/projects') =>
  app.inject({ url, headers: { authorization: `Bearer ${token}` } });
const add = (token: string, name = 'A') =>
  app.inject({
    method: 'POST',
    url: '/projects',
    headers: { authorization: `Bearer ${token}` },
    payload: { name },
  });

describe('a token of a trusted issuer', () => {
  it('may do what the trust says, and stands for issuer and subject', async () => {
    await trust();
    const token = await issuer.sign();
    const created = await add(token);
    expect(created.statusCode, created.body).toBe(201);
    expect(created.json().createdBy).toBe(`${issuer.url}|repo:acme/payments:ref:refs/heads/main`);
    expectProblem(await call(token, '/tokens'), 403, 'insufficient-scope');
  });

  it.each<[string, object, JWTPayload]>([
    ['an audience among others', {}, { aud: ['other', 'srp'] }],
    ['a claim that begins so', { conditions: { sub: 'repo:acme/*' } }, {}],
    ['a claim that is a number', { conditions: { run: '7' } }, { run: 7 }],
    ['a clock that is 50 s late', {}, { exp: Math.floor(Date.now() / 1000) - 50 }],
    ['a clock that is 50 s early', {}, { nbf: Math.floor(Date.now() / 1000) + 50 }],
  ])('is accepted with %s', async (_case, conditions, claims) => {
    await trust(conditions);
    expect((await call(await issuer.sign(claims))).statusCode).toBe(200);
  });

  it('finds rotated keys, without asking for them each time', async () => {
    await trust();
    for (let i = 0; i < 5; i += 1) {
      expect((await call(await issuer.sign({ jti: String(i) }))).statusCode).toBe(200);
    }
    expect(issuer.keyRequests).toBe(1);
    await issuer.rotate('second');
    const token = await issuer.sign();
    const status = async () => (await call(token)).statusCode;
    await expect.poll(status, { timeout: 10_000, interval: 250 }).toBe(200);
    expect(issuer.keyRequests).toBe(2);
  });

  it('has each right for the projects of the trust that gives it', async () => {
    const { headers } = await giveToken();
    for (const name of ['A', 'B']) {
      await app.inject({ method: 'POST', url: '/projects', headers, payload: { name } });
    }
    await trust({ scopes: ['projects:read'] });
    await trust({ scopes: ['projects:write'], projects: [2] });
    const authorization = `Bearer ${await issuer.sign()}`;
    const patch = (id: number) =>
      app.inject({
        method: 'PATCH',
        url: `/projects/${id}`,
        headers: { authorization },
        payload: { status: 'done' },
      });
    expect((await call(await issuer.sign())).json()).toHaveLength(2);
    expectProblem(await patch(1), 404, 'project-not-found');
    expect((await patch(2)).statusCode).toBe(200);
  });

  it('is refused within 5 s after the trust was withdrawn', async () => {
    const id = await trust();
    const token = await issuer.sign();
    expect((await call(token)).statusCode).toBe(200);
    const { headers } = await giveToken();
    await app.inject({ method: 'DELETE', url: `/issuers/${id}`, headers });
    const status = async () => (await call(token)).statusCode;
    await expect.poll(status, { timeout: 5000, interval: 100 }).toBe(401);
  });
});

describe('401', () => {
  const now = () => Math.floor(Date.now() / 1000);
  const b64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

  const FORGED: [string, () => string | Promise<string>][] = [
    ['another issuer', () => issuer.sign({ iss: 'https://evil.example.org' })],
    ['an issuer with a slash more', () => issuer.sign({ iss: `${issuer.url}/` })],
    ['no issuer', () => issuer.sign({ iss: undefined })],
    ['an issuer that is no text', () => issuer.sign({ iss: 5 as unknown as string })],
    ['another audience', () => issuer.sign({ aud: 'other' })],
    ['no audience', () => issuer.sign({ aud: undefined })],
    ['another value of a condition', () => issuer.sign({ repository: 'acme/other' })],
    [
      'a condition that it only begins with',
      () => issuer.sign({ repository: 'acme/payments-evil' }),
    ],
    ['no such claim', () => issuer.sign({ repository: undefined })],
    ['a claim that is a list', () => issuer.sign({ repository: ['acme/payments'] })],
    ['an expired one', () => issuer.sign({ exp: now() - 61 })],
    ['one that does not count yet', () => issuer.sign({ nbf: now() + 61 })],
    ['one that never expires', () => issuer.sign({ exp: undefined })],
    ['no subject', () => issuer.sign({ sub: undefined })],
    ['an empty subject', () => issuer.sign({ sub: '' })],
    ['a subject that cannot be stored', () => issuer.sign({ sub: 'a\0b' })],
    ['a subject of 256 characters', () => issuer.sign({ sub: 'x'.repeat(256) })],
    ['alg: none', () => new UnsecuredJWT(issuer.payload()).encode()],
    [
      'a shared secret that is the public key',
      async () =>
        new SignJWT(issuer.payload())
          .setProtectedHeader({ alg: 'HS256', kid: 'first' })
          .sign(new TextEncoder().encode(await issuer.publicKeyText())),
    ],
    ['an unknown key', () => issuer.sign({}, { kid: 'unknown' })],
    [
      'a signature of another token',
      async () => {
        const [head, , signature] = (await issuer.sign()).split('.');
        return [head, b64(issuer.payload({ sub: 'admin' })), signature].join('.');
      },
    ],
    ['no signature', async () => (await issuer.sign()).replace(/[^.]+$/, '')],
    ['two parts', async () => (await issuer.sign()).split('.').slice(0, 2).join('.')],
    ['a payload that is no JSON', () => 'eyJhbGciOiJSUzI1NiJ9.eyJ.AAAA'],
    ['a payload that is a list', () => `${b64({ alg: 'RS256' })}.${b64([])}.AAAA`],
  ];

  it.each(FORGED)('%s', async (_case, forge) => {
    await trust();
    expect((await call(await issuer.sign())).statusCode).toBe(200);
    const response = await call(await forge());
    expectProblem(response, 401, 'unauthenticated');
    expect(response.headers['www-authenticate']).toMatch(/error="invalid_token"/);
  });

  it('an issuer that nobody trusts, which is not even asked', async () => {
    expectProblem(await call(await issuer.sign()), 401, 'unauthenticated');
    expect(issuer.keyRequests).toBe(0);
  });

  it('says the same of an unknown issuer and of a bad signature', async () => {
    const unknown = (await call(await issuer.sign())).json();
    await trust();
    const forged = (await call(await issuer.sign({}, { kid: 'unknown' }))).json();
    expect(forged.detail).toBe(unknown.detail);
  });
});

describe('an issuer', () => {
  const refusedWithin = async (milliseconds: number) => {
    const began = Date.now();
    expectProblem(await call(await issuer.sign()), 401, 'unauthenticated');
    expect(Date.now() - began).toBeLessThan(milliseconds);
  };

  it('that is down is 401, and works again when it is back', async () => {
    await trust();
    await issuer.stop();
    await refusedWithin(2000);
    await issuer.restart();
    const status = async () => (await call(await issuer.sign())).statusCode;
    await expect.poll(status, { timeout: 5000, interval: 250 }).toBe(200);
  });

  it('that fails is asked now and then only', async () => {
    await trust();
    let asked = 0;
    issuer.misbehave = (_request, response) => {
      asked += 1;
      response.writeHead(500).end();
    };
    for (let i = 0; i < 20; i += 1) await refusedWithin(2000);
    expect(asked).toBeLessThan(4);
  });

  it('that goes down keeps working with the keys that are known', async () => {
    await trust();
    expect((await call(await issuer.sign())).statusCode).toBe(200);
    await issuer.stop();
    expect((await call(await issuer.sign({ jti: 'new' }))).statusCode).toBe(200);
  });

  it('that never answers is 401 after a few seconds', async () => {
    await trust();
    issuer.misbehave = () => {};
    await refusedWithin(5000);
  });

  it('that redirects is not followed', async () => {
    await trust();
    let followed = false;
    issuer.misbehave = (request, response) => {
      followed ||= request.url === '/elsewhere';
      response.writeHead(302, { location: '/elsewhere' }).end();
    };
    await refusedWithin(2000);
    expect(followed).toBe(false);
  });

  it('that never ends its answer is cut off', async () => {
    await trust();
    let written = 0;
    issuer.misbehave = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const more = () => {
        while (!response.destroyed && written < 50_000_000) {
          written += 65_536;
          if (!response.write(Buffer.alloc(65_536, ' '))) return response.once('drain', more);
        }
        return response;
      };
      more();
    };
    await refusedWithin(2000);
    expect(written).toBeLessThan(20_000_000);
  });

  it.each([
    ['no JSON', 'nonsense'],
    ['null', 'null'],
    [
      'another issuer',
      '{"issuer":"https://evil.example.org","jwks_uri":"https://evil.example.org"}',
    ],
    ['no keys', '{"issuer":"ISSUER"}'],
    ['keys behind plain http', '{"issuer":"ISSUER","jwks_uri":"http://192.0.2.1/keys"}'],
    ['keys in a file', '{"issuer":"ISSUER","jwks_uri":"file:///etc/passwd"}'],
  ])('whose configuration has %s is 401', async (_case, text) => {
    await trust();
    issuer.misbehave = (_request, response) => {
      response.writeHead(200).end(text.replace('ISSUER', issuer.url));
    };
    await refusedWithin(2000);
  });
});
