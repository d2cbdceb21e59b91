import fp from 'fastify-plugin';
import { authMode, type Config, listOf } from '../config/config.js';
import { AppError } from '../shared/app-error.js';

const LOOPBACK = /^(localhost|[\w-]+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/i;

/** The name without the port. */
const nameOf = (host: string) => host.replace(/:\d*$/, '').toLowerCase();

/**
 * Where callers are not told apart, a web page could call this server through the browser of whoever
 * opens it, by letting its own name point here (DNS rebinding). The name then stands in the Host header.
 */
export default fp<{ config: Config }>(
  async (app, { config }) => {
    if (authMode(config) !== 'none') return;
    const allowed = new Set(listOf(config.ALLOWED_HOSTS).map((name) => name.toLowerCase()));
    app.addHook('onRequest', (request, _reply, done) => {
      const { host } = request.headers;
      // HTTP/1.0 need not send one; a browser always does.
      if (host === undefined || LOOPBACK.test(nameOf(host)) || allowed.has(nameOf(host))) {
        return done();
      }
      done(
        new AppError(
          'misdirected-request',
          `This server does not answer for ${nameOf(host)}: add the name to ALLOWED_HOSTS, or set AUTH_MODE=token`,
        ),
      );
    });
  },
  { name: 'host-check', fastify: '5.x', dependencies: ['errors'] },
);
