import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Caller, grantOf, type StoredGrant } from '../../access/caller.js';
import type { SignInSettings } from '../../config/sign-in.js';
import { type Place, query } from '../../database/context.js';
import { bookkeeping } from '../../database/transaction.js';
import { refused } from './credentials.js';
import { identified } from './identity.js';
import { hashSecret, isSecret } from './token-secret.js';

interface SessionRow {
  id: string;
  subject: string;
  groups: string[];
  authenticatedAt: Date | null;
  expiresAt: Date;
  ended: boolean;
  idle: boolean;
  expired: boolean;
  stale: boolean;
  grants: StoredGrant[];
}

/** `$1`: hash of the secret, `$2`: groups that count. All limits are by the clock of the database. */
const SELECT_SESSION = {
  name: 'session-by-hash',
  text: `SELECT s.id, s.subject, counting.groups, s.authenticated_at AS "authenticatedAt", s.expires_at AS "expiresAt",
                s.ended_at IS NOT NULL AS ended,
                s.last_used_at <= now() - interval '30 minutes' AS idle,
                s.expires_at <= now() AS expired,
                s.last_used_at < now() - interval '1 minute' AS stale,
                COALESCE((
                  SELECT json_agg(json_build_object('scopes', g.scopes, 'everyProject', g.every_project,
                                                    'projectIds', g.project_ids))
                    FROM group_grants g WHERE g.revoked_at IS NULL AND g.group_name = ANY (counting.groups)
                ), '[]') AS grants
           FROM sessions s,
                LATERAL (SELECT ARRAY(SELECT name FROM unnest(s.groups) AS name
                                       WHERE name = ANY ($2::text[])) AS groups) counting
          WHERE s.hash = $1`,
};

/** Repeats the condition, because another instance may have updated the row. */
const MARK_USED = {
  name: 'session-used',
  text: `UPDATE sessions SET last_used_at = now()
          WHERE id = $1::uuid AND ended_at IS NULL AND last_used_at < now() - interval '1 minute'`,
};

const markUsed = ({ store }: Place, id: string) =>
  bookkeeping({ store }, (context) => query(context, MARK_USED, [id]));

const AGAIN = 'Sign in again at /sign-in';

/** A caller who signed in, and when the session ends at the latest. */
export interface VerifiedSession {
  readonly caller: Caller;
  readonly expiresAt: Date;
}

/**
 * Finds the caller of a session. It is asked of the database at each request, so that a session that was ended is
 * refused at once by every instance.
 * @param onError receives errors that do not affect the request
 * @throws {AppError} `unauthenticated`
 */
export async function verifySession(
  database: Place,
  { issuer, groups: counting }: SignInSettings,
  secret: string,
  onError: (error: unknown) => void,
): Promise<VerifiedSession> {
  if (!isSecret(secret, 'srps')) throw refused(`The cookie is not that of a session. ${AGAIN}`);
  const values = [hashSecret(secret), counting];
  const [row] = await query<SessionRow>(database, SELECT_SESSION, values);
  if (!row) throw refused(`The session does not exist. ${AGAIN}`);
  if (row.ended) throw refused(`The session was ended. ${AGAIN}`);
  if (row.expired) throw refused(`The session ended after 8 hours. ${AGAIN}`);
  if (row.idle) throw refused(`The session ended after 30 minutes without a request. ${AGAIN}`);
  if (!row.subject.startsWith(`${issuer}|`)) {
    throw refused(`The session is of another identity provider. ${AGAIN}`);
  }
  const { id, subject, groups, authenticatedAt, expiresAt, grants } = row;
  const caller = await identified(database, {
    subject,
    credential: `session:${id}`,
    grants: grants.map(grantOf),
    person: true,
    via: 'sign-in',
    groups,
    ...(authenticatedAt && { signedInAt: authenticatedAt }),
  });
  // Not awaited: a request must not fail because this update fails.
  if (row.stale) markUsed(database, id).catch(onError);
  return { caller, expiresAt };
}

/** The anti-forgery token of a session. Only who read it from `GET /me` knows it, and not who only sends the cookie. */
export const antiForgeryToken = (secret: string): string =>
  createHmac('sha256', secret).update('anti-forgery').digest('base64url');

/** True if the token belongs to the session. */
export function isAntiForgeryToken(secret: string, token: string): boolean {
  return isSameToken(token, antiForgeryToken(secret));
}

/** Compares in a time that says nothing about the expected token but its length. */
export function isSameToken(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
