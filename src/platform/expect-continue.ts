import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import fp from 'fastify-plugin';

/**
 * Asks a client that sent `Expect: 100-continue` for its body when the server begins to read it
 * (RFC 9110, section 10.1.1). Node asks at once, so that the client sends all of it also when the answer is
 * 401, 404 or 413 whatever it sends.
 */
export default fp(
  async (app) => {
    const server = app.server as Server;
    server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
      const read = request._read;
      request._read = (size) => {
        request._read = read;
        if (!response.headersSent) response.writeContinue();
        request._read(size);
      };
      server.emit('request', request, response);
    });
  },
  { name: 'expect-continue', fastify: '5.x' },
);
