import type { FastifyBaseLogger, FastifyRequest } from 'fastify';
import type { Caller } from '../access/caller.js';
import type { SignInSettings } from '../config/sign-in.js';
import type { Database } from '../database/client.js';
import {
  antiForgeryToken,
  isAntiForgeryToken,
  verifySession,
} from '../security/authentication/sessions.js';
import { AppError } from '../shared/app-error.js';
import { SAFE } from './cross-site.js';
import { cookiesOf } from './session-cookie.js';

export interface SessionCaller {
  readonly caller: Caller;
  readonly antiForgeryToken: string;
  readonly expiresAt: Date | null;
}

/**
 * Whether the browser says that a page of this server sends the request. Browsers send `Origin` with every change; what
 * sends neither header is not a browser's page.
 */
function isFromHere({ headers }: FastifyRequest, { publicUrl }: SignInSettings): boolean {
  const { origin, 'sec-fetch-site': site } = headers;
  if (site !== undefined && site !== 'same-origin') return false;
  return origin === undefined ? site === 'same-origin' : origin === publicUrl;
}

/** A browser adds the cookie to a request by itself, so a change needs more than the cookie. */
function checkChange(request: FastifyRequest, settings: SignInSettings, secret: string): void {
  if (SAFE.has(request.method)) return;
  if (!isFromHere(request, settings)) {
    const detail = `A change with the cookie of a session must come from a page of ${settings.publicUrl}`;
    throw new AppError('cross-site-request', detail);
  }
  // A form has it in its body, which has not arrived yet. `requireForm` of the pages checks it.
  if (request.routeOptions.config.page) return;
  const token = request.headers['x-anti-forgery-token'];
  if (typeof token === 'string' && isAntiForgeryToken(secret, token)) return;
  throw new AppError(
    'anti-forgery-required',
    'A change with the cookie of a session needs the header X-Anti-Forgery-Token. GET /me has it',
  );
}

/**
 * Finds the caller of the session whose cookie the request has. undefined: it has none.
 * @throws {AppError} `unauthenticated`, which removes the cookie; `malformed-request`, `cross-site-request`,
 * `anti-forgery-required`
 */
export function sessionCallers(
  settings: SignInSettings,
  database: Database,
  log: Pick<FastifyBaseLogger, 'warn'>,
): (request: FastifyRequest) => Promise<SessionCaller | undefined> {
  const { session: cookie } = cookiesOf(settings);
  const onError = (error: unknown) => {
    log.warn({ err: error }, 'failed to record the use of a session');
  };
  return async (request) => {
    const secret = cookie.read(request.headers);
    if (secret === undefined) return undefined;
    if (request.headers.authorization !== undefined) {
      throw new AppError(
        'malformed-request',
        'The request has the cookie of a session and the header Authorization. Send one of the two',
      );
    }
    const { caller, expiresAt } = await verifySession(database, settings, secret, onError).catch(
      (error: unknown) => {
        if (!(error instanceof AppError)) throw error;
        const { code, message, cause } = error;
        throw new AppError(code, message, { cause, headers: { 'set-cookie': cookie.removed } });
      },
    );
    checkChange(request, settings, secret);
    return { caller, antiForgeryToken: antiForgeryToken(secret), expiresAt };
  };
}
