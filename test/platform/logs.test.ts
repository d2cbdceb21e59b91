import { Writable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildApp } from '../../src/app.js';
import { loadConfig } from '../../src/config.js';
import { openDatabase } from '../../src/database/client.js';
import { BUILD } from '../support/app.js';
import { testDatabaseUrl } from '../support/database.js';

let lines: Record<string, unknown>[] = [];
const stream = new Writable({
  write(chunk, _encoding, done) {
    lines.push(JSON.parse(chunk.toString()));
    done();
  },
});
let app: Awaited<ReturnType<typeof buildApp>>;
beforeAll(async () => {
  const config = loadConfig({});
  const database = openDatabase(testDatabaseUrl(), config);
  app = await buildApp({ config, database, build: BUILD, logger: { level: 'info', stream } });
  app.addHook('onClose', () => database.close());
});
beforeEach(() => {
  lines = [];
});
afterAll(() => app.close());

describe('the log', () => {
  it('has one line a request, with its route and without its query', async () => {
    const id = 'ci-4711';
    await app.inject({ url: '/projects/7?token=secret', headers: { 'x-request-id': id } });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
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

  it('takes over a trace that is well formed', async () => {
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    for (const traceparent of [`00-${trace}-00f067aa0ba902b7-01`, `00-${trace}-short-01`, 'x']) {
      await app.inject({ url: '/health', headers: { traceparent } });
    }
    expect(lines.map((line) => line.traceId)).toEqual([trace, undefined, undefined]);
  });

  it.each(['', 'a b', 'a\tb', 'x'.repeat(129), 'é', '{"a":1}'])(
    'takes no request id such as %j',
    async (id) => {
      const response = await app.inject({ url: '/nothing', headers: { 'x-request-id': id } });
      const { requestId } = response.json();
      expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
      expect(lines[0]).toMatchObject({ requestId, status: 404 });
    },
  );

  it('never has a header that identifies the caller', async () => {
    const headers = { authorization: 'Bearer secret-token', cookie: 'session=secret-session' };
    await app.inject({ url: '/projects', headers });
    await app.inject({ method: 'POST', url: '/projects', headers, payload: { name: 5 } });
    expect(lines).toHaveLength(2);
    expect(JSON.stringify(lines)).not.toContain('secret');
  });
});
