import { connect, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import Fastify from 'fastify';
import { describe, expect, it, onTestFinished } from 'vitest';
import draining from '../../src/platform/draining.js';
import errors, { handleClientError } from '../../src/platform/errors.js';
import expectContinue from '../../src/platform/expect-continue.js';
import lingeringClose, { LINGER, type LingerLimits } from '../../src/platform/lingering-close.js';
import { AppError } from '../../src/shared/app-error.js';

const FOREVER = 600_000;
const PATIENT = { totalMs: FOREVER, quietMs: FOREVER, stoppingMs: FOREVER };

/** A server that refuses every request before its body; tells which ones it got, and how many bytes came. */
async function serve(linger: Partial<LingerLimits>) {
  const app = Fastify({ clientErrorHandler: handleClientError, forceCloseConnections: false });
  await app.register(errors);
  await app.register(draining);
  await app.register(expectContinue);
  await app.register(lingeringClose, { linger: { ...PATIENT, ...linger } });
  const requests: string[] = [];
  app.addHook('onRequest', async (request) => {
    requests.push(request.url);
    throw new AppError('unauthenticated', 'Send a token');
  });
  app.all('/*', () => null);
  const sockets: Socket[] = [];
  app.server.on('connection', (socket: Socket) => sockets.push(socket));
  const port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port);
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await app.close();
  });
  return { app, port, requests, sockets };
}

const head = (length: number, path = '/a', more = '') =>
  `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n${more}\r\n`;

/** Sends the start of a request and waits for the whole answer. */
async function answered(port: number, start: string) {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {}); // a reset is one way to end
  onTestFinished(() => void socket.destroy());
  const closed = new Promise((done) => socket.once('close', done));
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk;
  });
  socket.write(start);
  await expect.poll(() => received).toMatch(/}$/);
  return { socket, closed, received: () => received };
}

describe('after an early answer', () => {
  it('reads the rest of the body and then closes the connection', async () => {
    const { port, sockets } = await serve({});
    const { socket, closed, received } = await answered(port, head(10));
    expect(received()).toMatch(/^HTTP\/1\.1 401 .*\r\nconnection: close\r\n/s);
    expect(sockets[0]?.destroyed).toBe(false);
    socket.end('0123456789');
    await closed;
    expect(sockets[0]?.destroyed).toBe(true);
  });

  it('reads a body up to the byte limit and keeps none of it', async () => {
    const { port, sockets } = await serve({ bytes: 1_000_000 });
    const { socket, closed } = await answered(port, head(1_000_000_000));
    const chunk = Buffer.alloc(100_000);
    const sendOn = () => {
      while (socket.writable && socket.write(chunk));
    };
    socket.on('drain', sendOn);
    sendOn();
    await closed;
    expect(sockets[0]?.bytesRead).toBeGreaterThan(1_000_000);
    expect(sockets[0]?.bytesRead).toBeLessThan(1_200_000);
  });

  it('cuts a sender that is too slow', async () => {
    const { port } = await serve({ totalMs: 100 });
    const { socket, closed } = await answered(port, head(1_000_000));
    const timer = setInterval(() => socket.write('x'), 10);
    await closed;
    clearInterval(timer);
  });

  it('cuts a sender that stops', async () => {
    const { port } = await serve({ quietMs: 100 });
    const { closed } = await answered(port, head(1_000_000));
    await closed;
  });

  it('closes connections above the limit at once', async () => {
    const { port, sockets } = await serve({ connections: 1 });
    await answered(port, head(10));
    const second = await answered(port, head(10));
    await second.closed;
    expect(sockets.map(({ destroyed }) => destroyed)).toEqual([false, true]);
  });

  it('accepts another connection when one ends', async () => {
    const { port, sockets } = await serve({ connections: 1 });
    const first = await answered(port, head(10));
    first.socket.end('0123456789');
    await first.closed;
    await answered(port, head(10));
    await turn();
    expect(sockets.map(({ destroyed }) => destroyed)).toEqual([true, false]);
  });

  it('processes no further request of the connection', async () => {
    const { port, requests } = await serve({});
    const { socket, closed } = await answered(port, head(10));
    socket.write(`0123456789${head(2, '/b')}{}`);
    await closed;
    expect(requests).toEqual(['/a']);
  });

  it.each([
    ['leaves', ''],
    ['sends what is not HTTP', 'not a chunk\r\n'],
  ])('says nothing more when the client %s', async (_case, rest) => {
    const { port } = await serve({});
    const start = 'POST /a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n';
    const { socket, closed, received } = await answered(port, start);
    socket.end(rest);
    await closed;
    expect(received().match(/HTTP\/1\.1/g)).toHaveLength(1);
  });

  it('does not delay the stop of the server', async () => {
    const { app, port } = await serve({ stoppingMs: 100 });
    const { closed } = await answered(port, head(10));
    await app.close();
    await closed;
  });

  it('lets a client finish while the server stops', async () => {
    const { app, port, sockets } = await serve({});
    const { socket } = await answered(port, head(10));
    const stopped = app.close();
    await expect.poll(() => app.server.listening).toBe(false);
    expect(sockets[0]?.destroyed).toBe(false);
    socket.end('0123456789');
    await stopped;
  });

  it('does not ask for a body that it does not read', async () => {
    const { port } = await serve({});
    const { received } = await answered(port, head(10, '/a', 'Expect: 100-continue\r\n'));
    expect(received()).toMatch(/^HTTP\/1\.1 401 /);
  });

  it('has limits that end a connection within 10 seconds', () => {
    expect(LINGER.totalMs).toBeLessThan(10_000);
    expect(LINGER.bytes).toBeGreaterThan(40 * 1024 * 1024);
  });
});
