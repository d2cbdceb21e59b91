import { createHmac, randomBytes } from 'node:crypto';

/**
 * An attempt to sign in is a random secret that only the browser keeps, in a cookie. What the provider gets is derived
 * from it: so another browser cannot finish the attempt, and nothing is stored for visitors who never finish.
 */
const SECRET = /^[\w-]{43}$/;

const derived = (secret: string, purpose: string) =>
  createHmac('sha256', secret).update(purpose).digest('base64url');

/** What an attempt sends to the provider, or compares with its answer. */
export interface Attempt {
  readonly secret: string;
  /** RFC 6749, section 10.12. */
  readonly state: string;
  /** OpenID Connect Core 1.0, section 3.1.2.1. */
  readonly nonce: string;
  /** RFC 7636, section 4.1: 43 characters. */
  readonly codeVerifier: string;
  /** A path of this server. */
  readonly returnTo: string;
}

function attemptOf(secret: string, returnTo: string): Attempt {
  const [state, nonce, codeVerifier] = ['state', 'nonce', 'code verifier'].map((purpose) =>
    derived(secret, purpose),
  ) as [string, string, string];
  return { secret, state, nonce, codeVerifier, returnTo };
}

export const createAttempt = (returnTo: string): Attempt =>
  attemptOf(randomBytes(32).toString('base64url'), returnTo);

/** The value of the cookie. */
export const cookieOf = ({ secret, returnTo }: Attempt): string =>
  `${secret}.${Buffer.from(returnTo).toString('base64url')}`;

/** Reads the cookie. undefined: it is not one of an attempt. */
export function readAttempt(cookie: string): Attempt | undefined {
  const [secret = '', path = ''] = cookie.split('.');
  if (!SECRET.test(secret)) return undefined;
  const returnTo = Buffer.from(path, 'base64url').toString();
  return attemptOf(secret, isLocalPath(returnTo) ? returnTo : '/');
}

/** The longest path to return to, in characters. */
export const MAX_PATH = 1000;

/**
 * True for a path of this server. `//host` and `/\host` are addresses of other servers, and browsers drop tabs and line
 * breaks before they look.
 */
export const isLocalPath = (path: string): boolean =>
  path.length <= MAX_PATH && /^\/(?![/\\])[!-[\]-~]*$/.test(path);
