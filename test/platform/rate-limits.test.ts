import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/config.js';
import { requestsPerMinute } from '../../src/platform/rate-limits.js';
import { buildTestApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { serverDatabaseUrl } from '../support/database.js';
import { expectProblem } from '../support/requests.js';

let app: FastifyInstance;
const start = async (env: Record<string, string>) => {
  app = await buildTestApp(serverDatabaseUrl(), { AUTH_MODE: 'token', ...env });
  return app;
};
afterEach(() => app?.close());

describe('RATE_LIMIT_PER_MINUTE', () => {
  it.each([
    [{}, 0],
    [{ AUTH_MODE: 'token' }, 0],
    [{ AUTH_MODE: 'token', HOST: '0.0.0.0' }, 600],
    [{ AUTH_MODE: 'none', HOST: '0.0.0.0' }, 0],
    [{ AUTH_MODE: 'token', HOST: '0.0.0.0', RATE_LIMIT_PER_MINUTE: '0' }, 0],
    [{ RATE_LIMIT_PER_MINUTE: '5' }, 5],
  ])('%j means %d requests a minute', (env, expected) => {
    expect(requestsPerMinute(loadConfig(env as Record<string, string>))).toBe(expected);
  });
});

describe('429', () => {
  it('after the requests of one token, and each answer has the remaining number', async () => {
    await start({ RATE_LIMIT_PER_MINUTE: '3' });
    const [alice, bob] = [await giveToken(), await giveToken({ subject: 'bob' })];
    for (const remaining of ['2', '1', '0']) {
      const { headers, statusCode } = await app.inject({
        url: '/projects',
        headers: alice.headers,
      });
      expect(statusCode).toBe(200);
      expect(headers).toMatchObject({
        'ratelimit-limit': '3',
        'ratelimit-remaining': remaining,
        'ratelimit-reset': expect.stringMatching(/^\d+$/),
      });
    }
    const refused = await app.inject({ url: '/projects', headers: alice.headers });
    expectProblem(refused, 429, 'rate-limited');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);
    expect((await app.inject({ url: '/projects', headers: bob.headers })).statusCode).toBe(200);
  });

  it('counts requests that lack the scope', async () => {
    await start({ RATE_LIMIT_PER_MINUTE: '2' });
    const { headers } = await giveToken({ scopes: ['metrics:read'] });
    for (const status of [403, 403, 429]) {
      expect((await app.inject({ url: '/projects', headers })).statusCode).toBe(status);
    }
  });

  it('by address without a token, also for unknown paths', async () => {
    await start({ RATE_LIMIT_PER_MINUTE: '3' });
    for (const url of ['/version', '/nothing', '/openapi.json']) {
      expect((await app.inject(url)).headers['ratelimit-limit'], url).toBe('3');
    }
    for (const url of ['/version', '/nothing', '/docs']) {
      expectProblem(await app.inject(url), 429, 'rate-limited');
    }
    expect((await app.inject({ url: '/version', remoteAddress: '192.0.2.7' })).statusCode).toBe(
      200,
    );
  });

  it('by address with AUTH_MODE=none, and IPv6 by network', async () => {
    await start({ RATE_LIMIT_PER_MINUTE: '1', AUTH_MODE: 'none' });
    const ask = async (remoteAddress: string) =>
      (await app.inject({ url: '/projects', remoteAddress })).statusCode;
    expect([await ask('192.0.2.1'), await ask('192.0.2.2')]).toEqual([200, 200]);
    expect([await ask('2001:db8::1'), await ask('2001:db8::2')]).toEqual([200, 429]);
    expect(await ask('192.0.2.1')).toBe(429);
  });

  it('never for probes and metrics', async () => {
    await start({ RATE_LIMIT_PER_MINUTE: '1', METRICS_PUBLIC: 'true' });
    for (const url of ['/health', '/health/ready', '/metrics', '/health', '/metrics']) {
      expect((await app.inject(url)).statusCode, url).toBe(200);
    }
  });

  it('earlier after refused tokens, but not for a valid token from the same address', async () => {
    await start({ RATE_LIMIT_PER_MINUTE: '100', RATE_LIMIT_FAILED_LOGINS: '2' });
    const { headers } = await giveToken();
    const guess = { authorization: 'Bearer srp_guess' };
    for (const status of [401, 401, 429, 429]) {
      const response = await app.inject({ url: '/projects', headers: guess });
      expect(response.statusCode).toBe(status);
      if (status === 429) {
        expectProblem(response, 429, 'rate-limited');
        expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
      }
    }
    expect((await app.inject({ url: '/projects', headers })).statusCode).toBe(200);
    const elsewhere = { url: '/projects', headers: guess, remoteAddress: '192.0.2.7' };
    expect((await app.inject(elsewhere)).statusCode).toBe(401);
  });

  it('earlier also for requests without a token', async () => {
    await start({ RATE_LIMIT_PER_MINUTE: '100', RATE_LIMIT_FAILED_LOGINS: '2' });
    for (const status of [401, 401, 429]) {
      expect((await app.inject('/projects')).statusCode).toBe(status);
    }
  });

  it('by the address that a trusted proxy reports', async () => {
    await start({ RATE_LIMIT_PER_MINUTE: '1', TRUST_PROXY: '10.0.0.0/8' });
    const ask = (remoteAddress: string, client: string) =>
      app.inject({ url: '/version', remoteAddress, headers: { 'x-forwarded-for': client } });
    expect((await ask('10.1.2.3', '192.0.2.1')).statusCode).toBe(200);
    expect((await ask('10.1.2.3', '192.0.2.2')).statusCode).toBe(200);
    expect((await ask('10.1.2.4', '192.0.2.2')).statusCode).toBe(429);
    expect((await ask('203.0.113.1', '192.0.2.3')).statusCode).toBe(200);
    expect((await ask('203.0.113.1', '192.0.2.4')).statusCode).toBe(429);
  });
});
