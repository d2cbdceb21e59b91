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
    /** For whom this request works. Where callers are told apart, not set on public routes. */
    callContext: CallContext;
  }
}

/** RFC 6750, section 3. */
const REALM = 'Bearer realm="srp"';

function challenge(detail: string): AppError {
  return new AppError('unauthenticated', detail, { headers: { 'www-authenticate': REALM } });
}

function credentialOf(request: FastifyRequest): string {
  const { authorization } = request.headers;
  if (authorization === undefined) throw challenge('Send a token: Authorization: Bearer …');
  const [, credential] = /^bearer +([\w.~+/=-]+) *$/i.exec(authorization) ?? [];
  if (credential) return credential;
  throw challenge('The header Authorization must be: Bearer, then a token');
}

/** What a caller whose token is not accepted is told. */
function refusal(error: AppError): AppError {
  const { code, message, cause, headers } = error;
  const described = `${REALM}, error="invalid_token", error_description="${message}"`;
  return new AppError(code, message, {
    headers: { 'www-authenticate': described, ...headers },
    cause,
  });
}

function requireScope(caller: Caller, scope: Scope | undefined): void {
  // No route without one gets as far as a request; if one did, nobody would have it.
  if (scope && hasScope(caller, scope)) return;
  throw new AppError('insufficient-scope', `This needs the scope ${scope}`, {
    headers: { 'www-authenticate': `${REALM}, error="insufficient_scope", scope="${scope}"` },
  });
}

/**
 * Tells callers apart and lets them do what they may. A route that does not say what it needs keeps the
 * server from starting.
 */
export default fp<{ config: Config; database: Database }>(
  async (app, { config, database }) => {
    const routes: RouteOptions[] = [];
    app.addHook('onRoute', (route) => {
      routes.push(route);
    });
    app.addHook('onReady', () => {
      const route = routes.find(({ config: options }) => !options?.scope);
      if (route) throw new Error(`${route.method} ${route.url} does not say which scope it needs`);
    });

    const { prisma } = database;
    app.decorateRequest('callContext');
    const admit = (request: FastifyRequest, caller: Caller) => {
      request.callContext = { caller, requestId: request.id, prisma };
    };
    if (authMode(config) === 'none') {
      app.addHook('onRequest', (request, _reply, done) => {
        admit(request, ANONYMOUS);
        done();
      });
      return;
    }

    const authenticate = authenticator(database, (error) => {
      app.log.warn({ err: error }, 'could not note that a token was used');
    });
    const identify = async (request: FastifyRequest) => authenticate(credentialOf(request));
    app.addHook('onRequest', async (request) => {
      if (request.is404 || request.routeOptions.config.scope === 'public') return;
      const caller = await identify(request).catch(async (error: unknown) => {
        if (!(error instanceof AppError)) throw error;
        request.log.info({ err: error.cause, reason: error.message }, 'refused a caller');
        await app.countFailedLogin(request);
        throw refusal(error);
      });
      admit(request, caller);
    });
    // After the limit of requests, which counts those of a caller who may not do this, too.
    app.addHook('preParsing', (request, _reply, _payload, done) => {
      const { scope } = request.routeOptions.config;
      if (!request.is404 && scope !== 'public') requireScope(request.callContext.caller, scope);
      done();
    });
  },
  { name: 'auth', fastify: '5.x', dependencies: ['errors', 'rate-limits'] },
);
