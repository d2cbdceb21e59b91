import type { IncomingHttpHeaders } from 'node:http';
import type { SignInSettings } from '../config/sign-in.js';

/** A cookie of this server: how it is read, set and removed. */
export interface Cookie {
  /** The value that the browser sent. undefined: none, or several of this name, of which one is not of this server. */
  read(headers: IncomingHttpHeaders): string | undefined;
  /** The header `Set-Cookie`. @param maxAgeS seconds after which the browser forgets it */
  set(value: string, maxAgeS: number): string;
  /** The header that removes it. */
  readonly removed: string;
}

/**
 * Host-only and out of the reach of scripts. Browsers send it with links from other sites, which come back from the
 * identity provider, and not with their forms (SameSite=Lax). With the prefix, browsers accept it only from this host,
 * over https (RFC 6265bis, section 4.1.3.2). http to this machine has neither. A
 * cookie for some paths cannot have `__Host-`, and has `__Secure-`.
 */
function cookieNamed(base: string, secure: boolean, path = '/'): Cookie {
  const prefix = path === '/' ? '__Host-' : '__Secure-';
  const name = secure ? `${prefix}${base}` : base;
  const attributes = `Path=${path}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  return {
    read({ cookie = '' }) {
      const pairs = cookie.split(';').map((pair) => pair.trim());
      const [first, second] = pairs.filter((pair) => pair.startsWith(`${name}=`));
      return second === undefined ? first?.slice(name.length + 1) : undefined;
    },
    set: (value, maxAgeS) => `${name}=${value}; Max-Age=${maxAgeS}; ${attributes}`,
    removed: `${name}=; Max-Age=0; ${attributes}`,
  };
}

/** The cookie of a session, and that of an attempt to sign in. */
export const cookiesOf = ({ secure }: SignInSettings) => ({
  session: cookieNamed('srp', secure),
  attempt: cookieNamed('srp-sign-in', secure),
});

/** The cookie of a person who signed in to the pages with a token. The API never gets it. */
export const pageCookie = (secure: boolean): Cookie => cookieNamed('srp-page', secure, '/ui');
