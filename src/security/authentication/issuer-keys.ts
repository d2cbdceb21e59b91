import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import { LruMap } from 'toad-cache';
import { fetchJson } from '../../outbound/fetch-json.js';

/** How long the address of an issuer's keys is cached, in milliseconds. */
const DISCOVERY_TTL_MS = 3_600_000;
/** Keys are fetched again after this time. */
const KEYS_MAX_AGE_MS = 600_000;
/** Minimum time between fetches for tokens with an unknown key. */
const KEYS_COOLDOWN_MS = 3000;
const MAX_ISSUERS = 100;

/** An issuer may be in a private network. An issuer on this machine may use plain http. */
const ALLOW = { privateAddresses: true, httpToLoopback: true };

interface Discovery {
  issuer?: unknown;
  jwks_uri?: unknown;
}

/** OpenID Connect Discovery 1.0, section 4. */
async function discover(issuer: string): Promise<JWTVerifyGetKey> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const { issuer: claimed, jwks_uri: keys } = ((await fetchJson(url, { allow: ALLOW })) ??
    {}) as Discovery;
  if (claimed !== issuer) throw new Error(`${url} is about another issuer`);
  if (typeof keys !== 'string' || !URL.canParse(keys)) throw new Error(`${url} has no jwks_uri`);
  // An https issuer must not make the server call plain http services on this machine.
  if (new URL(keys).protocol !== new URL(issuer).protocol) {
    throw new Error(`${url} has a jwks_uri of another protocol`);
  }
  return createRemoteJWKSet(new URL(keys), {
    cooldownDuration: KEYS_COOLDOWN_MS,
    cacheMaxAge: KEYS_MAX_AGE_MS,
    [customFetch]: async (address) => Response.json(await fetchJson(address, { allow: ALLOW })),
  });
}

/** Finds the keys of issuers by discovery and caches them. */
export function issuerKeys(): (issuer: string) => Promise<JWTVerifyGetKey> {
  const known = new LruMap<Promise<JWTVerifyGetKey>>(MAX_ISSUERS, DISCOVERY_TTL_MS);
  return (issuer) => {
    const cached = known.get(issuer);
    if (cached) return cached;
    const found = discover(issuer);
    known.set(issuer, found);
    found.catch(() => known.delete(issuer)); // the next request tries again
    return found;
  };
}
