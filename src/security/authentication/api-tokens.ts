import { grantOf, type StoredGrant } from '../../access/caller.js';
import { type Place, query } from '../../database/context.js';
import { bookkeeping } from '../../database/transaction.js';
import { refused, type Verified } from './credentials.js';
import { hashSecret, isSecret } from './token-secret.js';

interface TokenRow extends StoredGrant {
  id: string;
  subject: string;
  expiresAt: Date;
  revokedAt: Date | null;
  /** Not used for a minute, or never. */
  stale: boolean;
}

const SELECT_TOKEN = {
  name: 'token-by-hash',
  text: `SELECT id, subject, scopes, every_project AS "everyProject", project_ids AS "projectIds",
                expires_at AS "expiresAt", revoked_at AS "revokedAt",
                COALESCE(last_used_at < now() - interval '1 minute', true) AS stale
           FROM api_tokens WHERE hash = $1`,
};

/** Instances share the row: whoever comes first writes. */
const MARK_USED = {
  name: 'token-used',
  text: `UPDATE api_tokens SET last_used_at = now()
          WHERE id = $1 AND COALESCE(last_used_at < now() - interval '1 minute', true)`,
};

const markUsed = ({ store }: Place, id: string) =>
  bookkeeping({ store }, (context) => query(context, MARK_USED, [id]));

/**
 * Finds the caller that an API token stands for.
 * @throws {AppError} `unauthenticated`
 */
export async function verifyApiToken(
  database: Place,
  secret: string,
  onError: (error: unknown) => void,
): Promise<Verified> {
  // Most of what is no token at all does not get as far as the database.
  if (!isSecret(secret)) throw refused('The token is not a valid API token');
  const [row] = await query<TokenRow>(database, SELECT_TOKEN, [hashSecret(secret)]);
  if (!row) throw refused('The token does not exist');
  if (row.revokedAt) throw refused('The token was revoked');
  if (row.expiresAt.getTime() <= Date.now()) {
    throw refused(`The token expired at ${row.expiresAt.toISOString()}`);
  }
  // Nobody waits for it: a call must not fail because its time could not be noted.
  if (row.stale) markUsed(database, row.id).catch(onError);
  const { id, subject, expiresAt } = row;
  return {
    caller: {
      subject,
      credential: `token:${id}`,
      grants: [grantOf(row)],
    },
    expiresAt: expiresAt.getTime(),
  };
}
