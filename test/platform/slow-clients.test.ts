import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { useApp } from '../support/app.js';

/** Connections that a client opens and does not use as it should must not stay. */
const TIMEOUT_MS = 500;
const context = useApp({ REQUEST_TIMEOUT_MS: String(TIMEOUT_MS) });
let port = 0;
/** When the server let go of a connection, by the client's port. */
const closed = new Map<number | undefined, number>();
beforeAll(async () => {
  port = Number(new URL(await context.app.listen({ host: '127.0.0.1', port: 0 })).port);
  context.app.server.on('connection', (socket: Socket) => {
    const { remotePort } = socket;
    socket.once('close', () => closed.set(remotePort, Date.now()));
  });
});
afterAll(() => context.app.server.closeAllConnections());

/** Sends the first text at once and the second byte by byte; does not close its side when the server does. */
async function misbehave(text: string, slowly: string) {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => {});
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  await once(socket, 'connect');
  const { localPort } = socket;
  socket.write(text);
  let sent = 0;
  const timer = setInterval(() => socket.write(slowly.charAt(sent++)), 50);
  socket.once('close', () => clearInterval(timer));
  return { socket, localPort, received: () => Buffer.concat(chunks).toString() };
}

const HEALTH = 'GET /health HTTP/1.1\r\nHost: localhost\r\n';
const CREATE =
  'POST /projects HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n';
const LONG = 'x'.repeat(1000);

// Concurrently, because they only wait. Nothing of them is stored.
describe.concurrent('a client is cut off', () => {
  it.for<[string, string, string]>([
    ['sends nothing', '', ''],
    ['stops in the middle of its headers', HEALTH, ''],
    ['sends its headers byte by byte', '', `${HEALTH}X: ${LONG}`],
    ['sends its body byte by byte', CREATE, LONG],
    ['sends its second request byte by byte', `${HEALTH}\r\n`, `${HEALTH}X: ${LONG}`],
  ])('that %s', async ([, text, slowly], { expect }) => {
    const began = Date.now();
    const { socket, localPort, received } = await misbehave(text, slowly);
    await expect.poll(() => closed.get(localPort), { interval: 20 }).toBeDefined();
    socket.destroy();
    // Not at once: it had the time that it is given.
    expect((closed.get(localPort) ?? 0) - began).toBeGreaterThanOrEqual(TIMEOUT_MS);
    expect(received()).toMatch(/HTTP\/1\.1 408 Request Timeout\r\n/);
    expect(received()).toContain('"code":"request-timeout"');
  });
});
