import type { IncomingHttpHeaders } from 'node:http';
import fp from 'fastify-plugin';
import { authMode, type Config, listOf } from '../config/config.js';
import { AppError } from '../shared/app-error.js';

/** Methods that change nothing. */
export const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** `null`, the origin of a sandboxed page or of a file, has no host. */
function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

/** Whether a browser says that a page of another site sends the request. Other programs send neither header. */
export function isFromElsewhere({ origin, host, ...headers }: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  return origin !== undefined && hostOf(origin) !== host?.toLowerCase();
}

/**
 * Prevents that another web page changes something through the visitor's browser with AUTH_MODE=none, where requests
 * need no token. A browser sends some requests without asking, such as a POST without a body, and only keeps the answer
 * from the page.
 */
export default fp<{ config: Config }>(
  async (app, { config }) => {
    if (authMode(config) !== 'none') return;
    const allowed = new Set(listOf(config.CORS_ORIGINS));
    app.addHook('onRequest', (request, _reply, done) => {
      const { headers, method } = request;
      if (SAFE.has(method) || !isFromElsewhere(headers)) return done();
      if (headers.origin !== undefined && allowed.has(headers.origin)) return done();
      done(
        new AppError(
          'cross-site-request',
          'A web page of another site sent this change. Add its origin to CORS_ORIGINS, or set AUTH_MODE=token',
        ),
      );
    });
  },
  { name: 'cross-site', fastify: '5.x', dependencies: ['errors'] },
);
