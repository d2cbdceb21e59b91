import { grantOf, type StoredGrant } from '../../access/caller.js';
import { type Place, query } from '../../database/context.js';
import { bookkeeping } from '../../database/transaction.js';
import { refused, type Verified } from './credentials.js';
import { identified } from './identity.js';
import { hashSecret, isSecret } from './token-secret.js';

interface TokenRow extends StoredGrant {
  id: string;
  subject: string;
  person: boolean;
  expiresAt: Date;
  revokedAt: Date | null;
  /** What is left, by the clock of the database. */
  validMs: number;
  /** The last use is more than a minute ago, or there was none. */
  stale: boolean;
}

const SELECT_TOKEN = {
  name: 'token-by-hash',
  text: `SELECT id, subject, person, scopes, every_project AS "everyProject", project_ids AS "projectIds",
                expires_at AS "expiresAt", revoked_at AS "revokedAt",
                (extract(epoch FROM expires_at - now()) * 1000)::float8 AS "validMs",
                COALESCE(last_used_at < now() - interval '1 minute', true) AS stale
           FROM api_tokens WHERE hash = $1`,
};

/** Repeats the condition, because another instance may have updated the row. */
const MARK_USED = {
  name: 'token-used',
  text: `UPDATE api_tokens SET last_used_at = now()
          WHERE id = $1 AND COALESCE(last_used_at < now() - interval '1 minute', true)`,
};

const markUsed = ({ store }: Place, id: string) =>
  bookkeeping({ store }, (context) => query(context, MARK_USED, [id]));

/**
 * Finds the caller of an API token.
 * @throws {AppError} `unauthenticated`
 */
export async function verifyApiToken(
  database: Place,
  secret: string,
  onError: (error: unknown) => void,
): Promise<Verified> {
  // The checksum saves a query for most text that is not a token.
  if (!isSecret(secret)) throw refused('The token is not a valid API token');
  const [row] = await query<TokenRow>(database, SELECT_TOKEN, [hashSecret(secret)]);
  if (!row) throw refused('The token does not exist');
  if (row.revokedAt) throw refused('The token was revoked');
  if (row.validMs <= 0) {
    throw refused(`The token expired at ${row.expiresAt.toISOString()}`);
  }
  // Not awaited: a request must not fail because this update fails.
  if (row.stale) markUsed(database, row.id).catch(onError);
  const { id, subject, person, validMs } = row;
  const caller = await identified(database, {
    subject,
    credential: `token:${id}`,
    grants: [grantOf(row)],
    ...(person && { person, via: 'token' as const }),
  });
  return { caller, validMs };
}
