import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/**
 * Calls `closed` for each response whose connection closed before its end: mostly the client left. Fastify runs
 * `onResponse` and logs the request only for the others. A client that leaves right after the last byte can also be
 * faster than the end of a stream.
 */
export function onClosedEarly(
  app: FastifyInstance,
  closed: (request: FastifyRequest, reply: FastifyReply) => void,
): void {
  app.addHook('onRequest', (request, reply, done) => {
    request.socket.remoteAddress; // Node remembers it. A closed socket cannot tell it any more
    const response = reply.raw;
    let ended = false;
    const end = () => {
      ended = true;
    };
    response.once('finish', end).once('error', end);
    response.once('close', () => {
      if (!ended) closed(request, reply);
    });
    done();
  });
}
