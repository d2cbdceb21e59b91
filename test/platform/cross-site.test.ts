import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { createRelease } from '../support/releases.js';
import { expectProblem } from '../support/requests.js';

const context = useApp({ CORS_ORIGINS: 'https://portal.example.org' });
const closed = useApp({ AUTH_MODE: 'token' });
const HOST = '127.0.0.1:8000';
const POST = { method: 'POST', url: '/projects', payload: { name: 'Any' } } as const;
const post = (headers: Record<string, string>, app = context.app) =>
  app.inject({ ...POST, headers: { host: HOST, ...headers } });

describe('a change with AUTH_MODE=none', () => {
  it.each<[string, Record<string, string>]>([
    ['a program', {}],
    ['Swagger UI', { origin: `http://${HOST}`, 'sec-fetch-site': 'same-origin' }],
    ['an older browser', { origin: `http://${HOST}` }],
    ['a user who types an address', { 'sec-fetch-site': 'none' }],
    ['an allowed page', { origin: 'https://portal.example.org', 'sec-fetch-site': 'cross-site' }],
  ])('is accepted from %s', async (_who, headers) => {
    expect((await post(headers)).statusCode).toBe(201);
  });

  it.each<[string, Record<string, string>]>([
    ['another site', { origin: 'https://evil.example.org', 'sec-fetch-site': 'cross-site' }],
    ['another port', { origin: 'http://127.0.0.1:3000', 'sec-fetch-site': 'same-site' }],
    ['another site, without Origin', { 'sec-fetch-site': 'cross-site' }],
    ['another site, in an older browser', { origin: 'https://evil.example.org' }],
    ['a sandboxed page', { origin: 'null' }],
    ['a page of another host of the same name', { origin: `http://${HOST}.evil.example.org` }],
  ])('is refused from %s', async (_who, headers) => {
    expectProblem(await post(headers), 403, 'cross-site-request');
    expect((await context.app.inject('/projects')).json()).toEqual([]);
  });

  it('is refused without a body, which browsers send without asking', async () => {
    const { id } = await createRelease(context.app);
    const url = `/releases/${id}/seal`;
    const headers = {
      host: HOST,
      origin: 'https://evil.example.org',
      'sec-fetch-site': 'cross-site',
    };
    expectProblem(
      await context.app.inject({ method: 'POST', url, headers }),
      403,
      'cross-site-request',
    );
    expect((await context.app.inject(`/releases/${id}`)).json().state).toBe('open');
  });
});

it('reads do not matter, nor requests that need a token', async () => {
  const headers = { host: HOST, 'sec-fetch-site': 'cross-site' };
  expect((await context.app.inject({ url: '/projects', headers })).statusCode).toBe(200);
  expectProblem(await post(headers, closed.app), 401, 'unauthenticated');
});
