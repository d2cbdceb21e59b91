import type { FastifyRequest, RouteOptions } from 'fastify';
import fp from 'fastify-plugin';
import { authMode, type Config } from '../config.js';
import type { Database } from '../database/client.js';
import type { CallContext } from '../database/context.js';
import { authenticator } from '../security/authenticator.js';
import { AppError } from '../shared/app-error.js';
import { ANONYMOUS, type Caller, hasScope } from '../shared/caller.js';
import type { Scope } from '../shared/scopes.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a caller needs for this route; `public`: nothing, not even to be known. */
    scope?: Scope | 'public';
  }
  interface FastifyRequest {
    /** For whom this request works. Not set on public routes. */
    callContext: CallContext;
  }
}

/** A test compares them with what the routes say. */
export const PUBLIC_ROUTES = ['/health', '/health/ready', '/version', '/openapi.json', '/docs'];

const CHALLENGE = { 'www-authenticate': 'Bearer realm="srp"' };

function credentialOf(request: FastifyRequest): string {
  const { authorization } = request.headers;
  if (authorization === undefined) {
    throw new AppError('unauthenticated', 'Send a token: Authorization: Bearer …', {
      headers: CHALLENGE,
    });
  }
  const [, credential] = /^bearer +([\w.~+/=-]+) *$/i.exec(authorization) ?? [];
  if (credential) return credential;
  throw new AppError('unauthenticated', 'The header Authorization must be: Bearer, then a token', {
    headers: CHALLENGE,
  });
}

function requireScope(caller: Caller, scope: Scope): void {
  if (hasScope(caller, scope)) return;
  throw new AppError('insufficient-scope', `This needs the scope ${scope}`, {
    headers: {
      'www-authenticate': `Bearer realm="srp", error="insufficient_scope", scope="${scope}"`,
    },
  });
}

/**
 * Tells callers apart and lets them do what they may. A route that does not say what it needs keeps the
 * server from starting.
 */
export default fp<{ config: Config; database: Database }>(
  async (app, { config, database }) => {
    const undeclared: RouteOptions[] = [];
    app.addHook('onRoute', (route) => {
      undeclared.push(route);
    });
    app.addHook('onReady', () => {
      const route = undeclared.find(({ config: options }) => !options?.scope);
      if (route) throw new Error(`${route.method} ${route.url} does not say which scope it needs`);
    });

    const { prisma } = database;
    if (authMode(config) === 'none') {
      const anybody: CallContext = Object.freeze({ caller: ANONYMOUS, prisma });
      app.decorateRequest('callContext', { getter: () => anybody });
      return;
    }

    app.decorateRequest('callContext');
    const authenticate = authenticator(database, (error) => {
      app.log.warn({ err: error }, 'could not note that a token was used');
    });
    const identify = async (request: FastifyRequest) => authenticate(credentialOf(request));
    app.addHook('onRequest', async (request) => {
      const { scope } = request.routeOptions.config;
      if (request.is404 || scope === 'public' || scope === undefined) return;
      const caller = await identify(request).catch(async (error: unknown) => {
        if (error instanceof AppError) {
          request.log.info({ err: error.cause, reason: error.message }, 'refused a caller');
          await app.countFailedLogin(request);
        }
        throw error;
      });
      request.callContext = { caller, prisma };
      requireScope(caller, scope);
    });
  },
  { name: 'auth', fastify: '5.x', dependencies: ['errors', 'rate-limits'] },
);
