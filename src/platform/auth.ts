import type { FastifyRequest, RouteOptions } from 'fastify';
import fp from 'fastify-plugin';
import { ANONYMOUS, type Caller, hasScope } from '../access/caller.js';
import type { Scope } from '../access/scopes.js';
import { authMode, type Config } from '../config/config.js';
import { signInSettings } from '../config/sign-in.js';
import type { Database } from '../database/client.js';
import { type CallContext, callContext } from '../database/context.js';
import { authenticator } from '../security/authentication/authenticator.js';
import { AppError } from '../shared/app-error.js';
import { tokenCallers } from './page-callers.js';
import { sessionCallers } from './session-callers.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The scope that this route requires. `caller`: any caller. `public`: no scope and no authentication. */
    scope?: Scope | 'caller' | 'public';
    /** A page for browsers. Its forms have the anti-forgery token in the body, which the pages check. */
    page?: boolean;
  }
  interface FastifyRequest {
    /** The caller of this request. With AUTH_MODE=token, public routes do not set it. */
    callContext: CallContext;
    /** The session of a caller who signed in. */
    session: OpenSession | undefined;
  }
  interface FastifyInstance {
    /** The context of a caller that a public route authenticates itself. */
    contextOf(request: FastifyRequest, caller: Caller): CallContext;
    /** Finds the caller of a token. @throws {AppError} `unauthenticated` */
    callerOf(token: string): Promise<Caller>;
  }
}

export interface OpenSession {
  /** What a change by this session sends: in the header `X-Anti-Forgery-Token`, or in a form. */
  readonly antiForgeryToken: string;
  /** When it ends at the latest. null: with its token. */
  readonly expiresAt: Date | null;
}

/** RFC 6750, section 3. */
const REALM = 'Bearer realm="srp"';

function unauthenticated(detail: string): AppError {
  return new AppError('unauthenticated', detail, { headers: { 'www-authenticate': REALM } });
}

function credentialOf(request: FastifyRequest): string {
  const { authorization } = request.headers;
  if (authorization === undefined)
    throw unauthenticated('The request has no token. Send the header Authorization: Bearer TOKEN');
  const [, credential] = /^bearer +([\w.~+/=-]+) *$/i.exec(authorization) ?? [];
  if (credential) return credential;
  throw unauthenticated('The header Authorization must have the form: Bearer TOKEN');
}

/** The problem for a refused token, with the challenge of RFC 6750, section 3. */
function withChallenge(error: AppError): AppError {
  const { code, message, cause, headers } = error;
  const described = `${REALM}, error="invalid_token", error_description="${message}"`;
  return new AppError(code, message, {
    headers: { 'www-authenticate': described, ...headers },
    cause,
  });
}

function requireScope({ callContext, routeOptions }: FastifyRequest): void {
  const { scope } = routeOptions.config;
  if (scope === 'caller') return;
  // The server does not start with a route without a scope. This check fails closed all the same.
  if (scope && scope !== 'public' && hasScope(callContext.caller, scope)) return;
  throw new AppError('insufficient-scope', `This operation needs the scope ${scope}`, {
    headers: { 'www-authenticate': `${REALM}, error="insufficient_scope", scope="${scope}"` },
  });
}

/**
 * Authenticates callers and checks their scopes. The server does not start if a route does not declare its
 * scope.
 */
export default fp<{ config: Config; database: Database }>(
  async (app, { config, database }) => {
    const routes: RouteOptions[] = [];
    app.addHook('onRoute', (route) => {
      routes.push(route);
    });
    app.addHook('onReady', () => {
      const route = routes.find(({ config: options }) => !options?.scope);
      if (route) throw new Error(`${route.method} ${route.url} does not declare its scope`);
    });

    const { store } = database;
    app.decorateRequest('callContext');
    app.decorateRequest('session');
    app.decorate('contextOf', ({ id }, caller) => callContext(store, caller, id));
    if (authMode(config) === 'none') {
      app.decorate('callerOf', async () => ANONYMOUS);
      app.addHook('onRequest', (request, _reply, done) => {
        request.callContext = callContext(store, ANONYMOUS, request.id);
        done();
      });
      return;
    }

    const authenticate = authenticator(database, (error) => {
      app.log.warn({ err: error }, 'failed to record the use of a token');
    });
    const settings = signInSettings(config);
    app.decorate('callerOf', authenticate);
    // Without a provider, a page has the token of a person in a cookie.
    const sessionOf = settings
      ? sessionCallers(settings, database, app.log)
      : tokenCallers(config, authenticate);
    const identify = async (request: FastifyRequest) => {
      try {
        const open = await sessionOf(request);
        request.session = open;
        const caller = open?.caller ?? (await authenticate(credentialOf(request)));
        request.callContext = callContext(store, caller, request.id);
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'unauthenticated') throw error;
        const { authorization, cookie } = request.headers;
        // A visitor who has not signed in yet guesses nothing.
        const isVisit = request.routeOptions.config.page && !authorization && !cookie;
        if (!isVisit) {
          app.observeFailedLogin(authorization ? 'token' : 'session');
          await app.countFailedLogin(request);
        }
        request.log.info({ cause: error.cause, reason: error.message }, 'refused a caller');
        throw withChallenge(error);
      }
    };
    const isGuarded = (request: FastifyRequest) =>
      !request.is404 && request.routeOptions.config.scope !== 'public';

    app.addHook('onRequest', async (request, reply) => {
      if (!isGuarded(request)) return;
      await identify(request);
      // Caches keep no answer to a token (RFC 9111, section 3.5), and know nothing of cookies.
      if (request.session) reply.header('cache-control', 'private, no-cache');
    });
    // Runs after the rate limit, which also counts requests that lack the scope.
    app.addHook('preParsing', (request, _reply, _payload, done) => {
      if (isGuarded(request)) requireScope(request);
      done();
    });
    // The token may have been revoked while the body arrived, so it is checked again.
    app.addHook('preHandler', async (request) => {
      if (request.body === undefined || !isGuarded(request)) return;
      await identify(request);
      requireScope(request);
    });
  },
  { name: 'auth', fastify: '5.x', dependencies: ['errors', 'rate-limits'] },
);
