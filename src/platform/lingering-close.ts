import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import fp from 'fastify-plugin';

/** How much of a body the server reads after it has answered the request. */
export interface LingerLimits {
  /** Bytes of one body. */
  readonly bytes: number;
  /** Time for one connection. */
  readonly totalMs: number;
  /** Time without a byte. */
  readonly quietMs: number;
  /** Time for each connection once the server stops. */
  readonly stoppingMs: number;
  /** Connections at a time; the server closes any further one at once. */
  readonly connections: number;
}

export const LINGER: LingerLimits = {
  bytes: 64 * 1024 * 1024,
  totalMs: 8000,
  quietMs: 3000,
  stoppingMs: 1000,
  connections: 200,
};

const lingering = new WeakSet<Socket>();

/** True if the last response on this connection was sent. Nothing may follow it. */
export const isLingering = (socket: Socket): boolean => lingering.has(socket);

function hasBody({ headers }: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = headers;
  return encoding !== undefined || (length !== undefined && length !== '0');
}

/**
 * Lets every client read an early answer, such as 401 or 413 while the body still arrives. RFC 9112,
 * section 9.6: when a server closes a connection on which unread data waits, TCP resets it, and the reset
 * can destroy the answer before the client has read it. Many clients send the whole body first. So the
 * server sends the answer, reads and discards the rest of the body within limits, and then closes.
 * The server keeps its side open meanwhile: Node.js clients stop with EPIPE when it ends while they send.
 */
export default fp<{ linger?: Partial<LingerLimits> }>(
  async (app, options) => {
    const limits = { ...LINGER, ...options.linger };
    const open = new Map<Socket, NodeJS.Timeout>();
    let stopping = false;

    /** Reads the rest of a body, then closes the connection. */
    function linger(request: IncomingMessage): void {
      const { socket } = request;
      socket.destroySoon = Socket.prototype.destroySoon;
      if (request.complete || open.size >= limits.connections) {
        socket.destroySoon();
        return;
      }
      const cut = () => void socket.destroy();
      lingering.add(socket);
      open.set(socket, setTimeout(cut, stopping ? limits.stoppingMs : limits.totalMs));
      socket.setTimeout(limits.quietMs, cut);
      socket.once('close', () => {
        clearTimeout(open.get(socket));
        open.delete(socket);
      });
      request.once('end', () => socket.destroySoon());
    }

    const server = app.server as Server;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      if (!hasBody(request)) return;
      // Must run before Node's own listener, which calls `destroySoon` after the last response.
      response.prependOnceListener('finish', () => {
        if (request.complete) return;
        const { socket } = request;
        socket.destroySoon = () => linger(request);
        let bytes = 0;
        request.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > limits.bytes) socket.destroy();
        });
        request.resume();
      });
    });
    // RFC 9112, section 9.6: after `Connection: close` the server processes no further request.
    app.addHook('onRequest', (request, reply, done) => {
      if (open.size === 0 || !open.has(request.raw.socket)) return done();
      reply.hijack();
      request.raw.socket.destroy();
    });
    app.addHook('preClose', async () => {
      stopping = true;
      for (const socket of open.keys()) {
        setTimeout(() => socket.destroy(), limits.stoppingMs);
      }
    });
  },
  { name: 'lingering-close', fastify: '5.x' },
);
