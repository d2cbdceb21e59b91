import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { giveToken } from '../support/callers.js';
import { type LogLine, startLogged } from '../support/logged.js';

const lines: LogLine[] = [];
// Jobs and connections log too, at any moment.
const requestLines = () => lines.filter(({ msg }) => msg === 'request');
const start = async (env: Record<string, string>) => (await startLogged(env, lines)).app;
let app: Awaited<ReturnType<typeof start>>;
beforeAll(async () => {
  app = await start({});
});
beforeEach(() => {
  lines.length = 0;
});
afterAll(() => app.close());

describe('the log', () => {
  it('has one line per request, with the route and without the query string', async () => {
    const id = 'ci-4711';
    await app.inject({ url: '/projects/7?token=secret', headers: { 'x-request-id': id } });
    expect(requestLines()).toHaveLength(1);
    expect(requestLines()[0]).toMatchObject({
      level: 30,
      requestId: id,
      method: 'GET',
      route: '/projects/:id',
      path: '/projects/7',
      status: 404,
      durationMs: expect.any(Number),
    });
    expect(JSON.stringify(lines)).not.toContain('secret');
  });

  it.each([
    ['trace', 1],
    ['debug', 1],
    ['info', 1],
    ['warn', 0],
    ['silent', 0],
  ])('with LOG_LEVEL=%s has %d lines of a request', async (level, count) => {
    const other = await start({ LOG_LEVEL: level });
    await other.inject('/health');
    await other.close();
    expect(requestLines()).toHaveLength(count);
  });

  it('takes the trace id from a valid traceparent header', async () => {
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    for (const traceparent of [`00-${trace}-00f067aa0ba902b7-01`, `00-${trace}-short-01`, 'x']) {
      await app.inject({ url: '/health', headers: { traceparent } });
    }
    expect(requestLines().map((line) => line.traceId)).toEqual([trace, undefined, undefined]);
  });

  it.each(['', 'a b', 'a\tb', 'x'.repeat(129), 'é', '{"a":1}'])(
    'takes no request id such as %j',
    async (id) => {
      const response = await app.inject({ url: '/nothing', headers: { 'x-request-id': id } });
      const { requestId } = response.json();
      expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
      expect(requestLines()[0]).toMatchObject({ requestId, status: 404 });
    },
  );

  it('never has a header that identifies the caller', async () => {
    const headers = { authorization: 'Bearer secret-token', cookie: 'session=secret-session' };
    await app.inject({ url: '/projects', headers });
    await app.inject({ method: 'POST', url: '/projects', headers, payload: { name: 5 } });
    expect(requestLines()).toHaveLength(2);
    expect(JSON.stringify(lines)).not.toContain('secret');
  });

  it('names the subject and the credential of the caller', async () => {
    const guarded = await start({ AUTH_MODE: 'token' });
    const { id, headers } = await giveToken({ subject: 'jenkins' });
    await guarded.inject({ url: '/projects', headers });
    await guarded.inject({ url: '/health', headers });
    await guarded.close();
    const requests = requestLines();
    expect(requests[0]).toMatchObject({ caller: 'jenkins', credential: `token:${id}` });
    expect(requests[1]).not.toHaveProperty('caller');
  });

  it('never has a token from any part of a request', async () => {
    const guarded = await start({ AUTH_MODE: 'token', LOG_LEVEL: 'trace' });
    const { secret, headers } = await giveToken();
    const jwt = `eyJhbGciOiJub25lIn0.${Buffer.from('{"iss":"x"}').toString('base64url')}.AAAA`;
    for (const token of [secret, jwt]) {
      const authorization = `Bearer ${token}`;
      await guarded.inject({ url: `/projects?access_token=${token}`, headers: { authorization } });
      await guarded.inject({ url: `/projects/${token}`, headers });
      await guarded.inject({ url: `/${token}`, headers: { 'x-request-id': token } });
      await guarded.inject({ url: '/projects', headers: { authorization: token } });
      await guarded.inject({ url: '/projects', headers: { authorization: `Basic ${token}` } });
    }
    const created = await guarded.inject({
      method: 'POST',
      url: '/tokens',
      headers,
      payload: { name: 'x', subject: 'x', scopes: ['projects:read'] },
    });
    guarded.log.info({ headers, req: { headers }, err: { headers } }, 'a careless library');
    await guarded.close();
    expect(lines.length).toBeGreaterThan(10);
    const raw = JSON.stringify(lines);
    expect(raw).toContain('a careless library');
    for (const token of [secret, jwt, created.json().secret]) {
      expect(raw).not.toContain(token.slice(4, 30));
    }
  });

  it('says why a token was refused', async () => {
    const guarded = await start({ AUTH_MODE: 'token' });
    const { headers } = await giveToken({ age: '91 days', expiresIn: '-1 day' });
    await guarded.inject({ url: '/projects', headers });
    await guarded.close();
    expect(lines.find(({ msg }) => msg === 'refused a caller')).toMatchObject({
      reason: expect.stringMatching(/^The token expired at/),
    });
  });
});
