import type { FastifyRequest } from 'fastify';
import type { Config } from '../config/config.js';
import type { Authenticate } from '../security/authentication/authenticator.js';
import { antiForgeryToken } from '../security/authentication/sessions.js';
import { isSecret } from '../security/authentication/token-secret.js';
import { AppError } from '../shared/app-error.js';
import { isFromElsewhere, SAFE } from './cross-site.js';
import type { SessionCaller } from './session-callers.js';
import { type Cookie, pageCookie } from './session-cookie.js';

/** Whether browsers reach this server by https, as far as it knows. */
const isSecure = ({ PUBLIC_URL }: Config, { protocol }: FastifyRequest): boolean =>
  PUBLIC_URL === undefined ? protocol === 'https' : PUBLIC_URL.startsWith('https:');

/** The cookie with the token of a person who uses the pages of a server without an identity provider. */
export const tokenCookieOf = (config: Config, request: FastifyRequest): Cookie =>
  pageCookie(isSecure(config, request));

/**
 * Finds the caller of a page whose token a browser keeps in a cookie. undefined: it has none, or the route is not a
 * page. The token is verified at each request, so a session ends with its token.
 * @throws {AppError} `unauthenticated`, which removes the cookie; `malformed-request`, `cross-site-request`
 */
export function tokenCallers(
  config: Config,
  authenticate: Authenticate,
): (request: FastifyRequest) => Promise<SessionCaller | undefined> {
  return async (request) => {
    if (!request.routeOptions.config.page) return undefined;
    const cookie = tokenCookieOf(config, request);
    const token = cookie.read(request.headers);
    if (token === undefined) return undefined;
    if (request.headers.authorization !== undefined) {
      const detail =
        'The request has the cookie of a session and the header Authorization. Send one of the two';
      throw new AppError('malformed-request', detail);
    }
    if (!SAFE.has(request.method) && isFromElsewhere(request.headers)) {
      const detail =
        'A web page of another site sent this form. Open the page here and send it again';
      throw new AppError('cross-site-request', detail);
    }
    const removed = { headers: { 'set-cookie': cookie.removed } };
    if (!isSecret(token)) {
      throw new AppError(
        'unauthenticated',
        'The cookie is not that of a session. Sign in again',
        removed,
      );
    }
    const caller = await authenticate(token).catch((error: unknown) => {
      if (!(error instanceof AppError) || error.code !== 'unauthenticated') throw error;
      const { code, message, cause } = error;
      throw new AppError(code, message, { cause, ...removed });
    });
    return { caller, antiForgeryToken: antiForgeryToken(token), expiresAt: null };
  };
}
