import { comparable } from '../../access/four-eyes.js';
import { query } from '../../database/context.js';
import type { Statement } from '../../database/sql.js';
import type { ChangeContext } from '../../events/index.js';
import { hashSecret } from '../../security/authentication/token-secret.js';

/**
 * `$1`: hash of the secret, `$2`: hash of the attempt, `$3`: subject, `$4`: groups, `$5`: seconds since 1970 when the
 * person proved who it is, or null. The clock of the provider may be fast.
 */
export const INSERT_SESSION: Statement = {
  name: 'session-insert',
  text: `INSERT INTO sessions (hash, attempt_hash, subject, groups, authenticated_at, expires_at)
         VALUES ($1, $2, $3, $4,
                 CASE WHEN $5::float8 IS NOT NULL THEN LEAST(to_timestamp($5::float8), now()) END,
                 now() + interval '8 hours')
         RETURNING id, expires_at AS "expiresAt", authenticated_at AS "authenticatedAt"`,
};

/** `$1`: hash of the secret, `$2`: why. */
const END_SESSION: Statement = {
  name: 'session-end',
  text: `UPDATE sessions SET ended_at = now(), end_reason = $2
          WHERE hash = $1 AND ended_at IS NULL AND expires_at > now() RETURNING id, subject`,
};

/** Ends the session with this secret, unless it has ended. @returns whether it did */
export async function endSession(
  context: ChangeContext,
  secret: string,
  reason: 'signed-out' | 'signed-in-again',
): Promise<boolean> {
  type Row = { id: string; subject: string };
  const [row] = await query<Row>(context, END_SESSION, [hashSecret(secret), reason]);
  if (row) {
    const { id, subject } = row;
    context.record('session.signed-out', { id, data: { subject, reason } });
  }
  return row !== undefined;
}

/** Concurrent sign-ins of one person wait for each other. `$1`: key. */
const LOCK_IDENTITY: Statement = {
  name: 'identity-lock',
  text: 'SELECT groups FROM identities WHERE key = $1 FOR NO KEY UPDATE',
};

/** `$1`: key, `$2`: subject, `$3`: name or null, `$4`: groups, `$5`: whether the person signed in. */
const KEEP_IDENTITY: Statement = {
  name: 'identity-keep',
  text: `INSERT INTO identities AS i (key, subject, name, groups, created_by, signed_in_at)
         VALUES ($1, $2, $3, $4, $2, CASE WHEN $5 THEN now() END)
         ON CONFLICT (key) DO UPDATE
            SET groups = excluded.groups, name = COALESCE(excluded.name, i.name),
                signed_in_at = COALESCE(excluded.signed_in_at, i.signed_in_at)
         RETURNING id, xmax = 0 AS created`,
};

export interface KeptIdentity {
  readonly login: string;
  readonly name: string | null;
  readonly groups: readonly string[];
  readonly signedIn: boolean;
}

/**
 * Stores what the provider says of the person now.
 * @returns the id of the identity, its groups until then, and whether it is new
 */
export async function keepIdentity(
  context: ChangeContext,
  { login, name, groups, signedIn }: KeptIdentity,
): Promise<{ id: string; before: string[]; created: boolean }> {
  const key = comparable(login);
  const [known] = await query<{ groups: string[] }>(context, LOCK_IDENTITY, [key]);
  const values = [key, login, name, groups, signedIn];
  const [row] = await query<{ id: string; created: boolean }>(context, KEEP_IDENTITY, values);
  if (!row) throw new Error('the identity was not stored');
  return { ...row, before: known?.groups ?? [] };
}

/** Sessions are kept for 30 days after their end, and then only their events are. */
export const REMOVE_OLD_SESSIONS: Statement = {
  name: 'sessions-remove',
  text: `DELETE FROM sessions WHERE expires_at < now() - interval '30 days'`,
};
