import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import fp from 'fastify-plugin';
import { isLingering } from './lingering-close.js';

declare module 'fastify' {
  interface FastifyInstance {
    /** Tells load balancers to send their requests elsewhere. */
    drain(): void;
    isDraining(): boolean;
  }
}

/** Node keeps the answer here that is being made or sent. */
type Connection = Socket & { _httpMessage?: ServerResponse | null };

/**
 * What happens to connections while the server stops: running and new requests are served until the end,
 * and nothing else keeps the process. Node closes only connections that are idle at that moment. One whose
 * answer says keep-alive would stay open behind it, and one on which no request has come, such as browsers
 * open in advance, as long as its client likes.
 */
export default fp(
  async (app) => {
    let draining = false;
    app.decorate('isDraining', () => draining);
    app.decorate('drain', () => {
      draining = true;
    });

    const connections = new Set<Connection>();
    app.server.on('connection', (socket: Connection) => {
      connections.add(socket);
      socket.once('close', () => connections.delete(socket));
    });
    app.addHook('onSend', (_request, reply, payload, done) => {
      if (draining) reply.header('connection', 'close');
      done(null, payload);
    });
    app.addHook('preClose', async () => {
      app.drain();
      for (const socket of connections) {
        if (!socket._httpMessage && !isLingering(socket)) socket.destroy();
      }
    });
  },
  { name: 'draining', fastify: '5.x' },
);
