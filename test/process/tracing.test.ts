import { describe, expect, it } from 'vitest';
import { startCollector } from '../support/collector.js';
import { testDatabaseUrl } from '../support/database.js';
import { freePort } from '../support/ports.js';
import { startServer, stop } from '../support/process.js';

/** Sends each span soon. The standard waits five seconds. */
const SOON = { OTEL_BSP_SCHEDULE_DELAY: '100' };

const start = (env: Record<string, string>) =>
  startServer({ DATABASE_URL: testDatabaseUrl(), LOG_FORMAT: 'json', ...env });

const create = (url: string, headers: Record<string, string> = {}) =>
  fetch(`${url}/projects`, {
    method: 'POST',
    body: '{"name":"Mon Projet secret"}',
    headers: { 'content-type': 'application/json', ...headers },
  });

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const TRACEPARENT = { traceparent: `00-${TRACE}-b7ad6b7169203331-01` };

const attributesOf = ({ attributes }: { attributes: readonly { key: string; value: unknown }[] }) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value]));

describe('traces', () => {
  it('have a span of the request, and one of each of its statements, in the trace of the caller', async () => {
    const collector = await startCollector();
    const server = await start({
      ...SOON,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=team-a',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test',
    });
    expect((await create(server.url, TRACEPARENT)).status).toBe(201);
    const inTrace = () => collector.spans().filter(({ traceId }) => traceId === TRACE);
    await expect.poll(() => inTrace().map(({ name }) => name)).toContain('POST /projects');
    expect(await stop(server)).toBe(0);
    const request = inTrace().find(({ name }) => name === 'POST /projects');
    expect(request).toMatchObject({ parentSpanId: 'b7ad6b7169203331', status: {} });
    expect(attributesOf(request ?? { attributes: [] })).toEqual({
      'http.request.method': { stringValue: 'POST' },
      'http.route': { stringValue: '/projects' },
      'http.response.status_code': { intValue: 201 },
    });
    const statements = inTrace().filter(({ name }) => name.startsWith('pg.query'));
    expect(statements.map(({ name }) => name)).toContainEqual(
      expect.stringContaining('project-insert'),
    );
    for (const one of statements) expect(one.parentSpanId).toBe(request?.spanId);
    expect(attributesOf({ attributes: collector.resource() })).toMatchObject({
      'service.name': { stringValue: 'secure-release-platform' },
      'deployment.environment': { stringValue: 'test' },
    });
    expect(collector.headers[0]).toMatchObject({ 'x-tenant': 'team-a' });
    expect(server.output()).toContain(`"traceId":"${TRACE}"`);
  });

  it('have no text of callers, no query, no password and no message of an error', async () => {
    const collector = await startCollector();
    const elsewhere = `http://127.0.0.1:${await freePort()}/v1/traces`;
    const env = {
      ...SOON,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: elsewhere,
    };
    const server = await start(env);
    const { url } = server;
    await create(url);
    await create(url, { ...TRACEPARENT, tracestate: 'vendor=hidden-state' });
    await fetch(`${url}/health/ready`);
    await fetch(`${url}/projects?q=hidden-query`);
    await fetch(`${url}/projects/hidden-key`);
    await fetch(`${url}/sign-in/callback?code=hidden-code&state=hidden-state`);
    await fetch(`${url}/no/such/hidden-path`);
    await fetch(`${url}/projects`, { headers: { authorization: 'Bearer srp_hidden-token' } });
    await expect.poll(() => collector.spans().map(({ name }) => name)).toContain('GET');
    expect(await stop(server)).toBe(0);
    const statuses = collector.spans().map(({ status }) => status);
    expect(statuses.filter(({ code = 0, message }) => code !== 0 || message)).toEqual([]);
    expect(collector.spans().map(({ name }) => name)).not.toContain('GET /health/ready');
    expect(collector.spans().flatMap(({ events = [] }) => events)).toEqual([]);
    expect(collector.text()).not.toMatch(/hidden|Mon Projet/);
    const { username, password } = new URL(testDatabaseUrl());
    for (const secret of [password, `"${username}"`]) {
      if (secret.length > 2) expect(collector.text()).not.toContain(secret);
    }
    // A trace that the server began itself is in the line of the request as well.
    const [first] = collector.spans().filter(({ name }) => name === 'POST /projects');
    expect(server.output()).toContain(`"traceId":"${first?.traceId}"`);
  });

  it.each([
    ['is away', async () => `http://127.0.0.1:${await freePort()}`],
    ['refuses', async () => (await startCollector({ status: 401 })).url],
    ['never answers', async () => (await startCollector({ status: 'never' })).url],
  ])('cost no request and no clean end if the collector %s', async (what, address) => {
    const server = await start({ ...SOON, OTEL_EXPORTER_OTLP_ENDPOINT: await address() });
    for (let n = 0; n < 5; n += 1) expect((await fetch(`${server.url}/projects`)).status).toBe(200);
    if (what === 'refuses') {
      await server.saw(/the collector does not take traces/);
    }
    expect(await stop(server)).toBe(0);
    expect(server.output().match(/does not take traces/g) ?? []).not.toHaveLength(2);
  });

  it('load nothing without OTEL_EXPORTER_OTLP_ENDPOINT', async () => {
    const inUrl = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`;
    const hook = `import { writeSync } from "node:fs";
      export async function resolve(name, context, next) {
        if (/opentelemetry|@fastify.otel/.test(name)) writeSync(1, "resolves " + name + "\\n");
        return next(name, context);
      }`;
    const main = `import { register } from "node:module"; register(${JSON.stringify(inUrl(hook))});`;
    const loaded = async (env: Record<string, string>) => {
      const server = await start({ NODE_OPTIONS: `--import=${inUrl(main)}`, ...env });
      expect((await fetch(`${server.url}/projects`)).status).toBe(200);
      expect(await stop(server)).toBe(0);
      return server.output().match(/resolves /g)?.length ?? 0;
    };
    expect(await loaded({})).toBe(0);
    const { url } = await startCollector();
    expect(await loaded({ OTEL_EXPORTER_OTLP_ENDPOINT: url })).toBeGreaterThan(3);
  });

  it.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://user:hunter2@collector:4318'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
  ])('refuse %s=%s at the start', async (name, value) => {
    const starting = start({ [name]: value });
    await expect(starting).rejects.toThrow(new RegExp(`cannot start: ${name} must be`));
    await expect(starting).rejects.not.toThrow(/hunter2/);
  });
});
