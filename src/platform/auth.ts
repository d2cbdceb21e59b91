import type { FastifyRequest, RouteOptions } from 'fastify';
import fp from 'fastify-plugin';
import { ANONYMOUS, hasScope } from '../access/caller.js';
import type { Scope } from '../access/scopes.js';
import { authMode, type Config } from '../config/config.js';
import type { Database } from '../database/client.js';
import { type CallContext, callContext } from '../database/context.js';
import { authenticator } from '../security/authentication/authenticator.js';
import { AppError } from '../shared/app-error.js';

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

function requireScope({ callContext, routeOptions }: FastifyRequest): void {
  const { scope } = routeOptions.config;
  // No route without a scope gets as far as a request; if one did, nobody would have it.
  if (scope && scope !== 'public' && hasScope(callContext.caller, scope)) return;
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

    const { store } = database;
    app.decorateRequest('callContext');
    if (authMode(config) === 'none') {
      app.addHook('onRequest', (request, _reply, done) => {
        request.callContext = callContext(store, ANONYMOUS, request.id);
        done();
      });
      return;
    }

    const authenticate = authenticator(database, (error) => {
      app.log.warn({ err: error }, 'could not note that a token was used');
    });
    const identify = async (request: FastifyRequest) => {
      try {
        const caller = await authenticate(credentialOf(request));
        request.callContext = callContext(store, caller, request.id);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        await app.countFailedLogin(request);
        request.log.info({ cause: error.cause, reason: error.message }, 'refused a caller');
        throw refusal(error);
      }
    };
    const isGuarded = (request: FastifyRequest) =>
      !request.is404 && request.routeOptions.config.scope !== 'public';

    app.addHook('onRequest', async (request) => {
      if (isGuarded(request)) await identify(request);
    });
    // After the limit of requests, which counts those of a caller who may not do this, too.
    app.addHook('preParsing', (request, _reply, _payload, done) => {
      if (isGuarded(request)) requireScope(request);
      done();
    });
    // A body may take its time: what was revoked meanwhile does nothing any more.
    app.addHook('preHandler', async (request) => {
      if (request.body === undefined || !isGuarded(request)) return;
      await identify(request);
      requireScope(request);
    });
  },
  { name: 'auth', fastify: '5.x', dependencies: ['errors', 'rate-limits'] },
);
