import { beforeEach, describe, expect, it } from 'vitest';
import { buildTestApp, useApp } from '../support/app.js';
import { giveToken, type Holder } from '../support/callers.js';
import { skipTime } from '../support/clock.js';
import { serverDatabaseUrl, sql } from '../support/database.js';
import { expectProblem, nextPage } from '../support/requests.js';

const context = useApp({ AUTH_MODE: 'token' });
let admin: Holder;
beforeEach(async () => {
  admin = await giveToken();
});

const call = (method: 'GET' | 'DELETE', url: string) =>
  context.app.inject({ method, url, headers: admin.headers });

describe('GET /tokens', () => {
  it('lists tokens by state, without their secrets', async () => {
    const expired = await giveToken({ age: '91 days', expiresIn: '-1 day' });
    const revoked = await giveToken();
    await call('DELETE', `/tokens/${revoked.id}`);
    const ids = async (query: string) => {
      const response = await call('GET', `/tokens${query}`);
      expect(response.body).not.toMatch(/secret|hash/);
      return response.json().map(({ id }: { id: string }) => id);
    };
    expect(await ids('')).toEqual([admin.id]);
    expect((await ids('?state=all')).sort()).toEqual([admin.id, expired.id, revoked.id].sort());
    expect(await ids('?state=active')).toEqual([admin.id]);
    expect(await ids('?state=expired')).toEqual([expired.id]);
    expect(await ids('?state=revoked')).toEqual([revoked.id]);
  });

  it('lists all tokens in pages', async () => {
    const made = [admin, ...(await Promise.all(Array.from({ length: 4 }, () => giveToken())))];
    const seen: string[] = [];
    for (let url: string | undefined = '/tokens?limit=2'; url; ) {
      const page: Awaited<ReturnType<typeof call>> = await call('GET', url);
      expect(page.json().length).toBeLessThanOrEqual(2);
      seen.push(...page.json().map(({ id }: { id: string }) => id));
      url = nextPage(page);
    }
    expect(seen).toEqual(made.map(({ id }) => id).sort());
  });

  it.each([
    '?cursor=urn:uuid:019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e',
    '?limit=0',
    '?limit=1001',
    '?cursor=1',
    '?state=lost',
    '?x=1',
  ])('400: %s', async (query) => {
    expectProblem(await call('GET', `/tokens${query}`), 400, 'validation-failed');
  });
});

describe('GET /tokens/{id}', () => {
  it('returns a token', async () => {
    const response = await call('GET', `/tokens/${admin.id}`);
    expect(response.json()).toMatchObject({ id: admin.id, subject: 'alice', projects: null });
  });

  it('404 and 400', async () => {
    const missing = '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e';
    expectProblem(await call('GET', `/tokens/${missing}`), 404, 'token-not-found');
    expectProblem(await call('GET', '/tokens/1'), 400, 'validation-failed');
    expectProblem(await call('GET', `/tokens/urn:uuid:${missing}`), 400, 'validation-failed');
  });
});

describe('entity tags', () => {
  it('support conditional reads and conditional revocation', async () => {
    const { id } = await giveToken();
    const url = `/tokens/${id}`;
    const tag = String((await call('GET', url)).headers.etag);
    const conditional = (method: 'GET' | 'DELETE', headers: Record<string, string>) =>
      context.app.inject({ method, url, headers: { ...admin.headers, ...headers } });
    expect((await conditional('GET', { 'if-none-match': tag })).statusCode).toBe(304);
    const stale = await conditional('DELETE', { 'if-match': '"7"' });
    expectProblem(stale, 412, 'precondition-failed');
    expect(stale.headers.etag).toBe(tag);
    await sql('UPDATE api_tokens SET last_used_at = now() WHERE id = $1', [id]);
    expectProblem(await conditional('DELETE', { 'if-match': tag }), 412, 'precondition-failed');
    const now = String((await call('GET', url)).headers.etag);
    expect((await conditional('DELETE', { 'if-match': now })).statusCode).toBe(204);
  });
});

describe('DELETE /tokens/{id}', () => {
  it('stops a token on every instance within 5 s and keeps its record', async () => {
    const { id, headers } = await giveToken({ subject: 'jenkins' });
    const other = await buildTestApp(serverDatabaseUrl(), { AUTH_MODE: 'token' });
    for (const app of [context.app, other]) {
      expect((await app.inject({ url: '/projects', headers })).statusCode).toBe(200);
    }
    const began = Date.now();
    expect((await call('DELETE', `/tokens/${id}`)).statusCode).toBe(204);
    skipTime(5000);
    for (const app of [context.app, other]) {
      expect((await app.inject({ url: '/projects', headers })).statusCode).toBe(401);
    }
    const refusal = await other.inject({ url: '/projects', headers });
    expect(refusal.json().detail).toBe('The token was revoked');
    await other.close();

    const [record] = (await call('GET', '/tokens?state=revoked')).json();
    expect(record).toMatchObject({ id, revokedBy: 'alice', subject: 'jenkins' });
    expect(Date.parse(record.revokedAt)).toBeGreaterThanOrEqual(began - 1000);
    for (const method of ['GET', 'DELETE'] as const) {
      expectProblem(await call(method, `/tokens/${id}`), 404, 'token-not-found');
    }
    expect((await call('GET', '/tokens?state=revoked')).json()).toEqual([record]);
  });

  it('404: the token does not exist', async () => {
    const missing = '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e';
    expectProblem(await call('DELETE', `/tokens/${missing}`), 404, 'token-not-found');
  });
});
