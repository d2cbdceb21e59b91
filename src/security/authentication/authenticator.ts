import { LruMap } from 'toad-cache';
import type { Caller } from '../../access/caller.js';
import type { Place } from '../../database/context.js';
import { verifyApiToken } from './api-tokens.js';
import { refused, type Verified } from './credentials.js';
import type { OidcVerifier } from './oidc.js';
import { hashSecret } from './token-secret.js';

/** Verified credentials are cached for this time. A revoked token must stop working within 5 s. */
const CACHE_TTL_MS = 3000;
const CACHE_SIZE = 10_000;
/** Base64url of `{"`: the header of a JSON Web Token is a JSON object. */
const JWT_START = 'eyJ';

interface Known {
  readonly verified: Promise<Verified>;
  /** When the verification began, by a clock that nobody sets back. */
  readonly began: number;
}

const ageMs = ({ began }: Known) => performance.now() - began;

/** @throws {AppError} `unauthenticated`; also throws the errors of the database */
export type Authenticate = (credential: string) => Promise<Caller>;

/**
 * Finds the caller of an API token or an OpenID Connect token. The cache stores the promise before the database
 * answers, so concurrent requests with one token cause one query, and the cache time starts with the query. Refusals
 * are not cached, so a new token works at once.
 *
 * @param onError receives errors that do not affect the request
 */
export function authenticator(database: Place, onError: (error: unknown) => void): Authenticate {
  const verified = new LruMap<Known>(CACHE_SIZE, CACHE_TTL_MS);
  let oidc: Promise<OidcVerifier> | undefined;

  const verify = async (credential: string): Promise<Verified> => {
    if (!credential.startsWith(JWT_START)) return verifyApiToken(database, credential, onError);
    // The first token that needs jose loads it.
    oidc ??= import('./oidc.js').then(({ oidcVerifier }) => oidcVerifier(database));
    return (await oidc)(credential);
  };

  return async (credential) => {
    const key = hashSecret(credential).toString('base64');
    let known = verified.get(key);
    if (!known || ageMs(known) > CACHE_TTL_MS) {
      known = { began: performance.now(), verified: verify(credential) };
      verified.set(key, known);
      known.verified.catch(() => verified.delete(key));
    }
    const { caller, validMs } = await known.verified;
    if (ageMs(known) >= validMs) throw refused('The token has expired');
    return caller;
  };
}
