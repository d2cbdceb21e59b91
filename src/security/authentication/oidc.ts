import { decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose';
import { grantOf, type StoredGrant } from '../../access/caller.js';
import { type Place, query } from '../../database/context.js';
import { rootCause } from '../../database/errors.js';
import { isStorable } from '../../shared/text.js';
import { refused, type Verified } from './credentials.js';
import { identified } from './identity.js';
import { issuerKeys } from './issuer-keys.js';

/** Asymmetric signatures only. With HMAC, a public key could be misused as the shared secret. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'EdDSA',
];
const CLOCK_TOLERANCE_S = 60;
/** OpenID Connect Core 1.0, section 2: `sub` has at most 255 ASCII characters. */
const MAX_SUBJECT = 255;

interface TrustRow extends StoredGrant {
  id: string;
  audience: string;
  conditions: Record<string, string>;
  actorClaim: string | null;
}

const SELECT_TRUST = {
  name: 'trust-by-issuer',
  text: `SELECT id, audience, conditions, actor_claim AS "actorClaim", scopes, every_project AS "everyProject",
                project_ids AS "projectIds"
           FROM trusted_issuers WHERE issuer = $1 AND revoked_at IS NULL ORDER BY id`,
};

/** One text for both cases, so that a caller without a valid token cannot find out the trusted issuers. */
const UNTRUSTED = 'The issuer is not trusted, or the signature is not valid';

function isMet([claim, expected]: [string, unknown], payload: JWTPayload): boolean {
  const value = Object.hasOwn(payload, claim) ? payload[claim] : undefined;
  if (typeof expected !== 'string') return false; // the row was changed beside the API
  if (!['string', 'boolean'].includes(typeof value) && !Number.isSafeInteger(value)) return false;
  const text = String(value);
  return expected.endsWith('*') ? text.startsWith(expected.slice(0, -1)) : text === expected;
}

/**
 * Who set the pipeline off, by the first claim that a trust names: `issuer|claim:value`, because another claim of the
 * issuer can have the same value for another person.
 */
function actorOf(trusts: readonly TrustRow[], issuer: string, payload: JWTPayload) {
  for (const { actorClaim: claim } of trusts) {
    const value = claim !== null && Object.hasOwn(payload, claim) ? payload[claim] : undefined;
    if (typeof value !== 'string' || !isStorable(value)) continue;
    if (value !== '' && value.length <= MAX_SUBJECT) return `${issuer}|${claim}:${value}`;
  }
  return undefined;
}

function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

/** Names the claim only if the signature is valid. The log gets no claims, because they identify people. */
function refusalOf(error: unknown) {
  const cause = rootCause(error);
  if (error instanceof errors.JWTExpired) return refused('The token has expired', cause);
  if (error instanceof errors.JWTClaimValidationFailed) {
    return refused(`The claim ${error.claim} is missing or not valid`, cause);
  }
  return refused(UNTRUSTED, cause);
}

export type OidcVerifier = (token: string) => Promise<Verified>;

/**
 * Verifies OpenID Connect tokens of the trusted issuers. The subject is the issuer and the claim `sub`, joined by `|`.
 * The caller gets the grants of each trust whose audience and conditions the token meets.
 */
export function oidcVerifier(database: Place): OidcVerifier {
  const keysOf = issuerKeys();

  /** @throws {AppError} `unauthenticated` for any fault of the token or its issuer */
  return async (token) => {
    const issuer = issuerOf(token);
    if (typeof issuer !== 'string' || !isStorable(issuer)) throw refused(UNTRUSTED);
    const trusts = await query<TrustRow>(database, SELECT_TRUST, [issuer]);
    if (trusts.length === 0) throw refused(UNTRUSTED);

    const { payload } = await keysOf(issuer)
      .then((keys) =>
        jwtVerify(token, keys, {
          issuer,
          algorithms: ALGORITHMS,
          clockTolerance: CLOCK_TOLERANCE_S,
          requiredClaims: ['sub', 'exp'],
        }),
      )
      .catch((error: unknown) => {
        throw refusalOf(error);
      });
    const { sub, exp = 0, aud } = payload;
    if (typeof sub !== 'string' || sub.length > MAX_SUBJECT || !isStorable(sub) || sub === '') {
      throw refused('The claim sub is missing or not valid');
    }
    const addressed = trusts.filter(({ audience }) => [aud].flat().includes(audience));
    if (addressed.length === 0) throw refused('The token is for another audience');
    const unmet = (trust: TrustRow) =>
      Object.entries(trust.conditions).filter((condition) => !isMet(condition, payload));
    const met = addressed.filter((trust) => unmet(trust).length === 0);
    if (met.length === 0) {
      const claims = addressed.flatMap(unmet).map(([claim]) => claim);
      throw refused(
        'The claims of the token do not meet the conditions for its issuer',
        `unmet conditions: ${[...new Set(claims)].join(', ')}`,
      );
    }
    const subject = `${issuer}|${sub}`;
    const triggeredBy = actorOf(met, issuer, payload);
    const caller = await identified(database, {
      subject,
      // Another token of the same subject may meet other trusts and have other rights.
      credential: `issuers:${met.map(({ id }) => id).join('+')}:${subject}`,
      grants: met.map(grantOf),
      ...(triggeredBy !== undefined && { triggeredBy }),
    });
    return { caller, validMs: (exp + CLOCK_TOLERANCE_S) * 1000 - Date.now() };
  };
}
