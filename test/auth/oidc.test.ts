import { type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { giveToken } from '../support/callers.js';
import { skipTime } from '../support/clock.js';
import { useOidc } from '../support/oidc.js';
import { expectProblem } from '../support/requests.js';

const oidc = useOidc();
const { trust, call } = oidc;
const add = (token: string, name = 'A') =>
  oidc.app.inject({
    method: 'POST',
    url: '/projects',
    headers: { authorization: `Bearer ${token}` },
    payload: { name },
  });

describe('a token of a trusted issuer', () => {
  it('has the rights of the trust, and the subject of its issuer', async () => {
    await trust();
    const token = await oidc.issuer.sign();
    const created = await add(token);
    expect(created.statusCode, created.body).toBe(201);
    expect(created.json().createdBy).toBe(
      `${oidc.issuer.url}|repo:acme/payments:ref:refs/heads/main`,
    );
    expectProblem(await call(token, '/tokens'), 403, 'insufficient-scope');
  });

  it.each<[string, object, (now: number) => JWTPayload]>([
    ['an audience among others', {}, () => ({ aud: ['other', 'srp'] })],
    ['a claim that begins so', { conditions: { sub: 'repo:acme/*' } }, () => ({})],
    ['a claim that is a number', { conditions: { run: '7' } }, () => ({ run: 7 })],
    ['a clock that is 30 s late', {}, (now) => ({ exp: now - 30 })],
    ['a clock that is 30 s early', {}, (now) => ({ nbf: now + 30 })],
  ])('is accepted with %s', async (_case, conditions, claims) => {
    await trust(conditions);
    const token = await oidc.issuer.sign(claims(Math.floor(Date.now() / 1000)));
    expect((await call(token)).statusCode).toBe(200);
  });

  it('finds rotated keys, without fetching them each time', async () => {
    await trust();
    for (let i = 0; i < 5; i += 1) {
      expect((await call(await oidc.issuer.sign({ jti: String(i) }))).statusCode).toBe(200);
    }
    expect(oidc.issuer.keyRequests).toBe(1);
    await oidc.issuer.rotate('second');
    const token = await oidc.issuer.sign();
    skipTime(3001); // keys are looked for at most every 3 s
    expect((await call(token)).statusCode).toBe(200);
    expect(oidc.issuer.keyRequests).toBe(2);
  });

  it('has each right for the projects of the trust that gives it', async () => {
    const { headers } = await giveToken();
    for (const name of ['A', 'B']) {
      await oidc.app.inject({ method: 'POST', url: '/projects', headers, payload: { name } });
    }
    await trust({ scopes: ['projects:read'] });
    await trust({ scopes: ['projects:write'], projects: [2] });
    const authorization = `Bearer ${await oidc.issuer.sign()}`;
    const patch = (id: number) =>
      oidc.app.inject({
        method: 'PATCH',
        url: `/projects/${id}`,
        headers: { authorization },
        payload: { status: 'done' },
      });
    expect((await call(await oidc.issuer.sign())).json()).toHaveLength(2);
    expectProblem(await patch(1), 404, 'project-not-found');
    expect((await patch(2)).statusCode).toBe(200);
  });

  it('is refused within 5 s after the trust was revoked', async () => {
    const id = await trust();
    const token = await oidc.issuer.sign();
    expect((await call(token)).statusCode).toBe(200);
    const { headers } = await giveToken();
    await oidc.app.inject({ method: 'DELETE', url: `/issuers/${id}`, headers });
    skipTime(5000);
    expect((await call(token)).statusCode).toBe(401);
  });
});

describe('401', () => {
  const now = () => Math.floor(Date.now() / 1000);
  const b64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

  const FORGED: [string, () => string | Promise<string>][] = [
    ['another issuer', () => oidc.issuer.sign({ iss: 'https://evil.example.org' })],
    ['an issuer with a slash more', () => oidc.issuer.sign({ iss: `${oidc.issuer.url}/` })],
    ['no issuer', () => oidc.issuer.sign({ iss: undefined })],
    ['an issuer that is not text', () => oidc.issuer.sign({ iss: 5 as unknown as string })],
    ['another audience', () => oidc.issuer.sign({ aud: 'other' })],
    ['no audience', () => oidc.issuer.sign({ aud: undefined })],
    ['another value of a condition', () => oidc.issuer.sign({ repository: 'acme/other' })],
    [
      'a condition that it only begins with',
      () => oidc.issuer.sign({ repository: 'acme/payments-evil' }),
    ],
    ['no such claim', () => oidc.issuer.sign({ repository: undefined })],
    ['a claim that is a list', () => oidc.issuer.sign({ repository: ['acme/payments'] })],
    ['an expired one', () => oidc.issuer.sign({ exp: now() - 61 })],
    ['one that does not count yet', () => oidc.issuer.sign({ nbf: now() + 600 })],
    ['one that never expires', () => oidc.issuer.sign({ exp: undefined })],
    ['no subject', () => oidc.issuer.sign({ sub: undefined })],
    ['an empty subject', () => oidc.issuer.sign({ sub: '' })],
    ['a subject that cannot be stored', () => oidc.issuer.sign({ sub: 'a\0b' })],
    ['a subject of 256 characters', () => oidc.issuer.sign({ sub: 'x'.repeat(256) })],
    ['alg: none', () => new UnsecuredJWT(oidc.issuer.payload()).encode()],
    [
      'a shared secret that is the public key',
      async () =>
        new SignJWT(oidc.issuer.payload())
          .setProtectedHeader({ alg: 'HS256', kid: 'first' })
          .sign(new TextEncoder().encode(await oidc.issuer.publicKeyText())),
    ],
    ['an unknown key', () => oidc.issuer.sign({}, { kid: 'unknown' })],
    [
      'a signature of another token',
      async () => {
        const [head, , signature] = (await oidc.issuer.sign()).split('.');
        return [head, b64(oidc.issuer.payload({ sub: 'admin' })), signature].join('.');
      },
    ],
    ['no signature', async () => (await oidc.issuer.sign()).replace(/[^.]+$/, '')],
    ['two parts', async () => (await oidc.issuer.sign()).split('.').slice(0, 2).join('.')],
    ['a payload that is not JSON', () => 'eyJhbGciOiJSUzI1NiJ9.eyJ.AAAA'],
    ['a payload that is a list', () => `${b64({ alg: 'RS256' })}.${b64([])}.AAAA`],
  ];

  it.each(FORGED)('%s', async (_case, forge) => {
    await trust();
    expect((await call(await oidc.issuer.sign())).statusCode).toBe(200);
    const response = await call(await forge());
    expectProblem(response, 401, 'unauthenticated');
    expect(response.headers['www-authenticate']).toMatch(/error="invalid_token"/);
  });

  it('an issuer that is not trusted, without a request to it', async () => {
    expectProblem(await call(await oidc.issuer.sign()), 401, 'unauthenticated');
    expect(oidc.issuer.keyRequests).toBe(0);
  });

  it('gives the same answer for an unknown issuer and a bad signature', async () => {
    const unknown = (await call(await oidc.issuer.sign())).json();
    await trust();
    const forged = (await call(await oidc.issuer.sign({}, { kid: 'unknown' }))).json();
    expect(forged.detail).toBe(unknown.detail);
  });
});
