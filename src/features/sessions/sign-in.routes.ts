import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import type { FastifyRequest } from 'fastify';
import type { Caller } from '../../access/caller.js';
import type { SignInSettings } from '../../config/sign-in.js';
import { cookiesOf } from '../../platform/session-cookie.js';
import {
  type Attempt,
  cookieOf,
  createAttempt,
  readAttempt,
} from '../../security/sign-in/attempt.js';
import type { IdentityProvider } from '../../security/sign-in/provider.js';
import { AppError } from '../../shared/app-error.js';
import { CallbackQuery, SignInQuery } from './sessions.schemas.js';
import type { sessionsService } from './sessions.service.js';

/** How long a person may take at the provider. */
const ATTEMPT_S = 600;
/** The browser forgets the cookie when the session ends at the latest. The database decides. */
const SESSION_S = 8 * 3600;

const UNCACHED = { 'cache-control': 'no-store' };

export interface SignInParts {
  readonly settings: SignInSettings;
  readonly provider: IdentityProvider;
}

/** @throws {AppError} `identity-required` */
function partsOf(parts: SignInParts | undefined): SignInParts {
  if (parts) return parts;
  const detail =
    'People cannot sign in, because this server has no identity provider. Set SIGN_IN_ISSUER, or use a token';
  throw new AppError('identity-required', detail);
}

/** A browser that began. Another one, or one that waited too long, does not have its cookie. */
function attemptOf({ settings }: SignInParts, { headers }: FastifyRequest): Attempt {
  const attempt = readAttempt(cookiesOf(settings).attempt.read(headers) ?? '');
  if (attempt) return attempt;
  const detail = `This browser did not begin to sign in within the last ${ATTEMPT_S / 60} minutes. Begin at /sign-in`;
  throw new AppError('sign-in-failed', detail);
}

/** Redirects between the browser, this server and the identity provider: OpenID Connect Core 1.0, section 3.1. */
export const signInRoutes: FastifyPluginAsyncTypebox<{
  sessions: typeof sessionsService;
  parts: SignInParts | undefined;
}> = async (app, { sessions, parts }) => {
  app.get(
    '/sign-in',
    {
      config: { scope: 'public', problems: ['identity-required', 'sign-in-unavailable'] },
      schema: {
        operationId: 'signIn',
        summary: 'Sign in',
        description:
          'Sends a browser to the identity provider, which sends it back to `/sign-in/callback`. The server has a provider if `SIGN_IN_ISSUER` is set.',
        querystring: SignInQuery,
        response: { 302: Type.Null({ description: 'Redirect to the identity provider' }) },
      },
    },
    async ({ query }, reply) => {
      const { settings, provider } = partsOf(parts);
      const attempt = createAttempt(query.return);
      const address = await provider.authorizationUrl(attempt, query.again);
      const cookie = cookiesOf(settings).attempt.set(cookieOf(attempt), ATTEMPT_S);
      return reply.headers({ ...UNCACHED, 'set-cookie': cookie }).redirect(address);
    },
  );

  app.get(
    '/sign-in/callback',
    {
      config: {
        scope: 'public',
        problems: [
          'identity-required',
          'sign-in-failed',
          'sign-in-refused',
          'sign-in-unavailable',
          'database-unavailable',
        ],
      },
      schema: {
        operationId: 'completeSignIn',
        summary: 'Complete a sign-in',
        description:
          'Exchanges the code of the identity provider for a session, whose secret goes into a cookie. Each attempt to sign in leads to one session at most.',
        querystring: CallbackQuery,
        response: { 302: Type.Null({ description: 'Redirect to the path that `/sign-in` named' }) },
      },
    },
    async (request, reply) => {
      const { settings, provider } = partsOf(parts);
      const cookies = cookiesOf(settings);
      const { issuer, groups: counting } = settings;
      try {
        const attempt = attemptOf({ settings, provider }, request);
        const [, query = ''] = request.url.split('?');
        const callback = new URL(`/sign-in/callback?${query}`, settings.publicUrl);
        const person = await provider.exchange(attempt, callback);
        const login = `${issuer}|${person.sub}`;
        const nobody: Caller = { subject: login, credential: 'sign-in', grants: [] };
        const subject = await sessions.subjectOf(app.contextOf(request, nobody), login);
        const previous = cookies.session.read(request.headers);
        const context = app.contextOf(request, { ...nobody, subject });
        const begun = await sessions.signIn(context, {
          attempt,
          person,
          login,
          counting,
          previous,
        });
        return await reply
          .headers({
            ...UNCACHED,
            'set-cookie': [cookies.session.set(begun.secret, SESSION_S), cookies.attempt.removed],
          })
          .redirect(attempt.returnTo);
      } catch (error) {
        if (error instanceof AppError && error.status < 500) {
          app.observeFailedLogin('sign-in');
          await app.countFailedLogin(request);
          request.log.info({ cause: causeOf(error), reason: error.message }, 'refused a sign-in');
        }
        throw error;
      }
    },
  );
};

/** Messages only: what the library keeps beside them can be the code or a token. */
function causeOf({ cause }: Error): string | undefined {
  if (!(cause instanceof Error)) return undefined;
  return [cause.message, causeOf(cause)].filter((text) => text !== undefined).join(': ');
}
