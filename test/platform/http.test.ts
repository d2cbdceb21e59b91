import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';

/** What only a real socket can send. */
const context = useApp({ BODY_LIMIT: '1000' });
/** Cuts requests soon, for tests that wait for it. */
const impatient = useApp({ REQUEST_TIMEOUT_MS: '500' });
beforeAll(async () => {
  for (const { app } of [context, impatient]) await app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => {
  for (const { app } of [context, impatient]) app.server.closeAllConnections();
});

const portOf = ({ app } = context) => (app.server.address() as AddressInfo).port;

/** Sends raw bytes and reads until the server closes the connection. */
const exchange = (...chunks: string[]) => exchangeAt(portOf(), chunks);
function exchangeAt(port: number, chunks: string[]): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => {
      for (const chunk of chunks) socket.write(chunk);
    });
    socket.on('data', (data) => {
      text += data.toString();
    });
    socket.on('error', reject);
    socket.on('close', () => {
      const [head = '', body = ''] = text.split('\r\n\r\n', 2);
      resolve({ status: Number(head.split(' ')[1]), body });
    });
  });
}

const HEAD = 'Host: localhost\r\nConnection: close\r\n';

describe('HTTP as bytes', () => {
  it.each([
    ['garbage', ['\u0001\u0002\r\n\r\n'], 400, 'malformed-request'],
    ['an unknown method', [`FOO / HTTP/1.1\r\n${HEAD}\r\n`], 400, 'malformed-request'],
    [
      'raw UTF-8 in the address',
      [`GET /projects?q=élan HTTP/1.1\r\n${HEAD}\r\n`],
      400,
      'malformed-request',
    ],
    [
      'headers beyond 16 KiB',
      [`GET / HTTP/1.1\r\n${HEAD}X: ${'a'.repeat(20_000)}\r\n\r\n`],
      431,
      'headers-too-large',
    ],
    [
      'two ways to say the length',
      [
        `POST /projects HTTP/1.1\r\n${HEAD}Content-Type: application/json\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      ],
      400,
      'malformed-request',
    ],
    [
      'an expectation',
      [`GET /health HTTP/1.1\r\n${HEAD}Expect: miracles\r\n\r\n`],
      417,
      'expectation-failed',
    ],
    [
      'a chunked body beyond the limit',
      [
        `POST /projects HTTP/1.1\r\n${HEAD}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`,
        `7d0\r\n${'x'.repeat(2000)}\r\n0\r\n\r\n`,
      ],
      413,
      'payload-too-large',
    ],
  ])('refuses %s with a problem', async (_case, chunks, status, code) => {
    const response = await exchange(...chunks);
    expect(response.status).toBe(status);
    expect(JSON.parse(response.body)).toMatchObject({ status, code });
  });

  it('cuts a request that does not arrive', async () => {
    const response = await exchangeAt(portOf(impatient), [
      'POST /projects HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
    ]);
    expect(response.status).toBe(408);
    expect(JSON.parse(response.body).code).toBe('request-timeout');
  });

  it('answers a request before the garbage that follows it', async () => {
    const body = '{"name":"A"}';
    const { status, body: rest } = await exchange(
      `POST /projects HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}garbage\r\n\r\n`,
    );
    expect(status).toBe(201);
    expect(rest).toContain('"name":"A"');
  });

  it('does not read a body without a limit', async () => {
    const { status } = await exchangeAt(portOf(impatient), [
      'POST /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n',
    ]);
    expect(status).toBe(405); // and the connection was closed, or this would wait
  });

  it('survives a client that disconnects in the middle of its body', async () => {
    const socket = connect(portOf(), '127.0.0.1');
    const arrived = once(context.app.server, 'request');
    socket.write(`POST /projects HTTP/1.1\r\n${HEAD}Content-Length: 9\r\n\r\n{`);
    await arrived;
    socket.resetAndDestroy();
    const response = await exchange(`GET /health HTTP/1.1\r\n${HEAD}\r\n`);
    expect(response).toEqual({ status: 200, body: '{"status":"ok"}' });
  });
});
