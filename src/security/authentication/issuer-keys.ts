import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import { LruMap } from 'toad-cache';
import { fetchJson } from '../../outbound/fetch-json.js';

/** How long the address of an issuer's keys is remembered; milliseconds. */
const DISCOVERY_TTL_MS = 3_600_000;
/** Keys that are not used any more are forgotten after this. */
const KEYS_MAX_AGE_MS = 600_000;
/** A token with an unknown key makes us look for new ones, but not more often than this. */
const KEYS_COOLDOWN_MS = 3000;
const MAX_ISSUERS = 100;

/** A company's issuer is often in its own network, and one on this machine may speak plain http. */
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
  // An issuer elsewhere must not have this machine's own services called.
  if (new URL(keys).protocol !== new URL(issuer).protocol) {
    throw new Error(`${url} has a jwks_uri of another protocol`);
  }
  return createRemoteJWKSet(new URL(keys), {
    cooldownDuration: KEYS_COOLDOWN_MS,
    cacheMaxAge: KEYS_MAX_AGE_MS,
    [customFetch]: async (address) => Response.json(await fetchJson(address, { allow: ALLOW })),
  });
}

/** The keys of issuers, found below their URL and kept for a while. */
export function issuerKeys(): (issuer: string) => Promise<JWTVerifyGetKey> {
  const known = new LruMap<Promise<JWTVerifyGetKey>>(MAX_ISSUERS, DISCOVERY_TTL_MS);
  return (issuer) => {
    const cached = known.get(issuer);
    if (cached) return cached;
    const found = discover(issuer);
    known.set(issuer, found);
    found.catch(() => known.delete(issuer)); // the next one asks again
    return found;
  };
}
