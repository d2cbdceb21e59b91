import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import fp from 'fastify-plugin';

/**
 * Sends `100 Continue` when the server begins to read the body (RFC 9110, section 10.1.1). By default Node sends it
 * at once, so a client would send its whole body even if the answer is 401, 404 or 413.
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
