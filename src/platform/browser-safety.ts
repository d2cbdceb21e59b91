import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyCorsOptions } from '@fastify/cors';
import fp from 'fastify-plugin';
import helmet from 'helmet';
import { type Config, listOf } from '../config/config.js';

/** Responses are data, so a browser loads nothing for them. Swagger UI has its own policy. */
const DIRECTIVES = { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] };

/** Response headers that a script of another origin may read. */
const EXPOSED_HEADERS = [
  'ETag',
  'Idempotency-Replayed',
  'Link',
  'Location',
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'Retry-After',
  'WWW-Authenticate',
  'X-Request-Id',
];

/** Helmet's headers are constant, so they are computed once instead of per response. */
function safetyHeaders(): Record<string, string> {
  const headers: Record<string, string> = {};
  const recorder = {
    setHeader(name: string, value: string) {
      headers[name.toLowerCase()] = value;
    },
    removeHeader() {},
  };
  const apply = helmet({
    contentSecurityPolicy: { useDefaults: false, directives: DIRECTIVES },
    xFrameOptions: { action: 'deny' },
    // Only the proxy that adds TLS knows whether the whole host uses it.
    strictTransportSecurity: false,
  });
  apply({} as IncomingMessage, recorder as unknown as ServerResponse, () => {});
  return headers;
}

/** Sets security headers. Web pages of another origin may call only if CORS_ORIGINS names their origin. */
export default fp<{ config: Config }>(
  async (app, { config }) => {
    const headers = safetyHeaders();
    app.addHook('onRequest', (_request, reply, done) => {
      reply.headers(headers);
      done();
    });

    const origins = listOf(config.CORS_ORIGINS);
    if (origins.length === 0) return;
    app.addHook('onRoute', (route) => {
      // The library's route for preflight requests. They carry no token.
      if (route.url === '*') route.config = { ...route.config, scope: 'public' };
    });
    const options: FastifyCorsOptions = {
      origin: origins,
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      maxAge: 600,
      exposedHeaders: EXPOSED_HEADERS,
    };
    await app.register(import('@fastify/cors'), {
      // Any other OPTIONS request asks for the methods of a path. It is answered as without CORS.
      delegator: ({ headers }, done) => {
        const preflight = headers['access-control-request-method'] !== undefined;
        done(null, { ...options, preflight });
      },
    });
  },
  { name: 'browser-safety', fastify: '5.x' },
);
