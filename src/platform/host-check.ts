import fp from 'fastify-plugin';
import { authMode, type Config, listOf } from '../config/config.js';
import { AppError } from '../shared/app-error.js';

const LOOPBACK = /^(localhost|[\w-]+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/i;

/** The host name without the port. */
const nameOf = (host: string) => host.replace(/:\d*$/, '').toLowerCase();

/**
 * Prevents DNS rebinding with AUTH_MODE=none. A web page could make its own host name resolve to this server and
 * call it through the visitor's browser. The Host header then has that name.
 */
export default fp<{ config: Config }>(
  async (app, { config }) => {
    if (authMode(config) !== 'none') return;
    const allowed = new Set(listOf(config.ALLOWED_HOSTS).map((name) => name.toLowerCase()));
    app.addHook('onRequest', (request, _reply, done) => {
      const { host } = request.headers;
      // HTTP/1.0 clients may leave the header out. Browsers always send it.
      if (host === undefined || LOOPBACK.test(nameOf(host)) || allowed.has(nameOf(host))) {
        return done();
      }
      done(
        new AppError(
          'misdirected-request',
          `The server does not accept the host name ${nameOf(host)}. Add it to ALLOWED_HOSTS, or set AUTH_MODE=token`,
        ),
      );
    });
  },
  { name: 'host-check', fastify: '5.x', dependencies: ['errors'] },
);
