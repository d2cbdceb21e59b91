import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import fp from 'fastify-plugin';
import { isLingering } from './lingering-close.js';

declare module 'fastify' {
  interface FastifyInstance {
    /** Makes `/health/ready` answer 503, so that load balancers send requests elsewhere. */
    drain(): void;
    isDraining(): boolean;
  }
}

/** Node keeps the response that is in progress in this field. */
type Connection = Socket & { _httpMessage?: ServerResponse | null };

/**
 * Closes connections while the server stops. Requests in progress and new requests are still served. Node closes
 * only connections that are idle at that moment. Without this plugin, a keep-alive connection would stay open after
 * its response, and so would a connection without any request, such as browsers open in advance.
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
