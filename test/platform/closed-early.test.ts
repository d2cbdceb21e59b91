import { once } from 'node:events';
import { type ClientRequest, get } from 'node:http';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startLogged } from '../support/logged.js';

/** Requests whose client leaves before the end of the response are in the log and in the metrics too. */
let logged: Awaited<ReturnType<typeof startLogged>>;
let origin = '';
const arrivals = new EventTarget();
beforeAll(async () => {
  logged = await startLogged({});
  const config = { scope: 'public' } as const;
  logged.app.get('/silent', { config }, () => {
    arrivals.dispatchEvent(new Event('arrived'));
    return new Promise(() => {});
  });
  logged.app.get('/endless', { config }, (_request, reply) => {
    const stream = new PassThrough();
    stream.write('the first of many bytes');
    return reply.type('text/plain').send(stream);
  });
  origin = await logged.app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => logged.app.close());

function ask(path: string): ClientRequest {
  const request = get(`${origin}${path}?token=secret`, { headers: { 'x-request-id': 'left' } });
  return request.on('error', () => {});
}

async function leaves(request: ClientRequest) {
  logged.lines.length = 0;
  request.destroy();
  await expect.poll(() => logged.lines).toHaveLength(1);
  return logged.lines[0];
}

const LINE = {
  level: 30,
  requestId: 'left',
  method: 'GET',
  durationMs: expect.any(Number),
  remoteAddress: '127.0.0.1',
  caller: 'anonymous',
  msg: 'the connection closed before the end of the response',
};

async function counted(labels: string) {
  const { body } = await logged.app.inject('/metrics');
  return body.includes(`http_request_duration_seconds_count{${labels}} 1\n`);
}

it('logs and counts a client that left before the answer, without a status', async () => {
  const arrived = once(arrivals, 'arrived');
  const request = ask('/silent');
  await arrived;
  const line = await leaves(request);
  expect(line).toMatchObject({ ...LINE, route: '/silent', path: '/silent' });
  expect(line).not.toHaveProperty('status');
  expect(await counted('method="GET",route="/silent",status="none"')).toBe(true);
});

it('logs and counts a client that left in the middle of the answer, with its status', async () => {
  const request = ask('/endless');
  const [response] = await once(request, 'response');
  await once(response, 'data');
  expect(await leaves(request)).toMatchObject({ ...LINE, route: '/endless', status: 200 });
  expect(await counted('method="GET",route="/endless",status="200"')).toBe(true);
});
