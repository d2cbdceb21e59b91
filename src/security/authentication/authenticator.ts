import { LruMap } from 'toad-cache';
import type { Caller } from '../../access/caller.js';
import type { Place } from '../../database/context.js';
import { verifyApiToken } from './api-tokens.js';
import { refused, type Verified } from './credentials.js';
import type { OidcVerifier } from './oidc.js';
import { hashSecret } from './token-secret.js';

/** For so long a verified credential is believed: what is revoked stops within 5 s, with room to spare. */
const CACHE_TTL_MS = 3000;
const CACHE_SIZE = 10_000;
/** Header and payload of a JSON Web Token are JSON objects: base64url of `{"`. */
const JWT_START = 'eyJ';

/** @throws {AppError} `unauthenticated`; whatever the database throws */
export type Authenticate = (credential: string) => Promise<Caller>;

/**
 * Tells who a bearer token stands for: an API token, or an OpenID Connect token. What the cache keeps is
 * a promise, made before the database is asked: many requests with one token ask once, and the time
 * counts from the question. Refusals are not kept: a new token works at once.
 *
 * @param onError what happens to an error that no caller waits for
 */
export function authenticator(database: Place, onError: (error: unknown) => void): Authenticate {
  const verified = new LruMap<Promise<Verified>>(CACHE_SIZE, CACHE_TTL_MS);
  let oidc: Promise<OidcVerifier> | undefined;

  const verify = async (credential: string): Promise<Verified> => {
    if (!credential.startsWith(JWT_START)) return verifyApiToken(database, credential, onError);
    // jose is loaded for the first token that needs it.
    oidc ??= import('./oidc.js').then(({ oidcVerifier }) => oidcVerifier(database));
    return (await oidc)(credential);
  };

  return async (credential) => {
    const key = hashSecret(credential).toString('base64');
    let known = verified.get(key);
    if (!known) {
      known = verify(credential);
      verified.set(key, known);
      known.catch(() => verified.delete(key));
    }
    const { caller, expiresAt } = await known;
    if (expiresAt <= Date.now()) throw refused('The token has expired');
    return caller;
  };
}
