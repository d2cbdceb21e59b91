import type { Statement } from '../../database/sql.js';

export interface StoredEnvelope {
  readonly keyId: string;
  /** JSON, as it was signed. */
  readonly envelope: string;
}

/** `$1`: verdict, `$2`: predicate, `$3`: artifact, or empty. */
export const FIND_ENVELOPE: Statement = {
  name: 'attestation-find',
  text: `SELECT key_id AS "keyId", envelope FROM verdict_attestations
          WHERE verdict_id = $1 AND predicate = $2 AND artifact_sha256 = $3`,
};

/** `$1`–`$3` as above, `$4`: key, `$5`: envelope. Nothing happens if another request was faster. */
export const STORE_ENVELOPE: Statement = {
  name: 'attestation-store',
  text: `INSERT INTO verdict_attestations (verdict_id, predicate, artifact_sha256, key_id, envelope)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING 1`,
};

/** The event that recorded a verdict. `$1`: the verdict. */
export const EVENT_OF_VERDICT: Statement = {
  name: 'attestation-event-of-verdict',
  text: `SELECT id FROM events WHERE subject_kind = 'verdict' AND subject_id = $1
            AND type IN ('verdict.decided', 'imported') ORDER BY id LIMIT 1`,
};
