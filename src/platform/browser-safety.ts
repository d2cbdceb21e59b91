import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyCorsOptions } from '@fastify/cors';
import fp from 'fastify-plugin';
import helmet from 'helmet';
import { type Config, listOf } from '../config/config.js';

/** Answers are data: a browser has nothing to load for them. Swagger UI brings a policy of its own. */
const DIRECTIVES = { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] };

/** What a script of another origin may read of an answer. */
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

/** Helmet's headers never change: they are asked for once, not for each answer. */
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
    // Whoever adds TLS in front of this server knows whether all of the host has it.
    strictTransportSecurity: false,
  });
  apply({} as IncomingMessage, recorder as unknown as ServerResponse, () => {});
  return headers;
}

/** What tells a browser not to guess, frame or share; and who may call from a web page: nobody unless named. */
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
      // The library's route for preflight requests, which carry no token.
      if (route.url === '*') route.config = { ...route.config, scope: 'public' };
    });
    const options: FastifyCorsOptions = {
      origin: origins,
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      maxAge: 600,
      exposedHeaders: EXPOSED_HEADERS,
    };
    await app.register(import('@fastify/cors'), {
      // Any other OPTIONS asks what an address supports, and is answered as without CORS.
      delegator: ({ headers }, done) => {
        const preflight = headers['access-control-request-method'] !== undefined;
        done(null, { ...options, preflight });
      },
    });
  },
  { name: 'browser-safety', fastify: '5.x' },
);
