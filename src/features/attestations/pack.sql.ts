import type { Statement } from '../../database/sql.js';

/** A checkpoint of a log. Sizes are strings, because they are bigint. */
export interface CheckpointRow {
  readonly log: number;
  readonly origin: string;
  readonly size: string;
  readonly note: string;
  readonly signedAt: Date;
}

const CHECKPOINT_COLUMNS = `l.id AS log, l.origin, c.size, c.note, c.signed_at AS "signedAt"`;

/** The published checkpoint of the current log of this size, or the latest. `$1`: size or null. */
export const CHECKPOINT: Statement = {
  name: 'pack-checkpoint',
  text: `SELECT ${CHECKPOINT_COLUMNS} FROM logs l JOIN log_checkpoints c ON c.log_id = l.id
          WHERE l.ended_at IS NULL AND ($1::bigint IS NULL OR c.size = $1) ORDER BY c.size DESC LIMIT 1`,
};

/** The last checkpoint of each log before this one. `$1`: its id. */
export const LAST_CHECKPOINTS: Statement = {
  name: 'pack-last-checkpoints',
  text: `SELECT DISTINCT ON (l.id) ${CHECKPOINT_COLUMNS} FROM logs l JOIN log_checkpoints c ON c.log_id = l.id
          WHERE l.id < $1 ORDER BY l.id, c.size DESC`,
};

/** The index of the latest entry of a type about a release in the current log. `$1`: release, `$2`: type. */
export const LATEST_OF_TYPE: Statement = {
  name: 'pack-latest-of-type',
  text: `SELECT x.log_id AS log, x.index FROM log_entries x JOIN events e ON e.id = x.event_id
          WHERE x.release_id = $1 AND e.type = $2 ORDER BY x.sequence DESC LIMIT 1`,
};

/** Of verdicts: the ids of their waivers. `$1`: ids of verdicts. */
export const WAIVERS_OF: Statement = {
  name: 'pack-waivers',
  text: `SELECT DISTINCT w ->> 'id' AS id FROM verdicts v, jsonb_array_elements(v.inputs -> 'waivers') w
          WHERE v.id = ANY ($1::uuid[]) ORDER BY 1`,
};

/** Of verdicts: the ids of their evidence, also that whose event was erased. `$1`: ids of verdicts. */
export const EVIDENCE_OF: Statement = {
  name: 'pack-evidence',
  text: `SELECT DISTINCT e ->> 'id' AS id FROM verdicts v, jsonb_array_elements(v.inputs -> 'evidence') e
          WHERE v.id = ANY ($1::uuid[])`,
};

/** Of verdicts: their policies. `$1`: ids of verdicts. */
export const POLICIES_OF: Statement = {
  name: 'pack-policies',
  text: `SELECT DISTINCT p.policy_name AS name, p.version, p.sha256, p.rules
           FROM verdicts v, jsonb_array_elements(v.inputs -> 'policies') i
           JOIN policy_versions p ON p.policy_name = i ->> 'name' AND p.version = (i ->> 'version')::int
          WHERE v.id = ANY ($1::uuid[]) ORDER BY 1, 2`,
};

/** Documents whose bytes are there, each once. `$1`: project, `$2`: ids of evidence. */
export const DOCUMENTS_OF: Statement = {
  name: 'pack-documents',
  text: `SELECT d.sha256, d.size FROM documents d
          WHERE d.project_id = $1 AND d.sha256 IN (SELECT stored_sha256 FROM evidence WHERE id = ANY ($2::uuid[]))
            AND EXISTS (SELECT 1 FROM document_chunks c WHERE c.project_id = d.project_id AND c.sha256 = d.sha256)
          ORDER BY d.sha256`,
};

/**
 * Documents whose bytes retention removed, each once. `told`: an entry of the release up to the size says so.
 * `$1`: project, `$2`: ids of evidence, `$3`: release, `$4` and `$5`: log and size.
 */
export const REMOVED_OF: Statement = {
  name: 'pack-removed',
  text: `SELECT d.sha256, d.size,
                EXISTS (SELECT 1 FROM events e JOIN log_entries x ON x.event_id = e.id
                         WHERE x.release_id = $3 AND e.type = 'document.removed' AND e.subject_id = d.sha256
                           AND (x.log_id < $4::int OR (x.log_id = $4::int AND x.index < $5::bigint))) AS told
           FROM documents d
          WHERE d.project_id = $1 AND d.sha256 IN (SELECT stored_sha256 FROM evidence WHERE id = ANY ($2::uuid[]))
            AND EXISTS (SELECT 1 FROM document_removals r WHERE r.project_id = d.project_id AND r.sha256 = d.sha256)
            AND NOT EXISTS (SELECT 1 FROM document_chunks c WHERE c.project_id = d.project_id AND c.sha256 = d.sha256)
          ORDER BY d.sha256`,
};

/** The event of the envelope that a row of `verdict_attestations` has, with its entry `n`. */
const EVENT_OF = `
  SELECT 1 FROM events e LEFT JOIN log_entries n ON n.event_id = e.id
   WHERE e.subject_kind = 'verdict' AND e.subject_id = verdict_id::text AND e.type = 'attestation.signed'
     AND e.data::jsonb ->> 'predicate' = predicate AND COALESCE(e.data::jsonb ->> 'artifact', '') = artifact_sha256`;

/**
 * Envelopes of a pack: those whose event is within its size. Those without an event, of an earlier version of the
 * server, if they are older than its checkpoint. And the record of each verdict, which each pack has.
 */
const PACKED = `verdict_id = ANY ($1::uuid[]) AND (
  (predicate = 'verdict' AND artifact_sha256 = '')
  OR CASE WHEN EXISTS (${EVENT_OF})
          THEN EXISTS (${EVENT_OF} AND (n.log_id < $3::int OR (n.log_id = $3::int AND n.index < $4::bigint)))
          ELSE signed_at < $2 END)`;

/** Envelopes of verdicts. `$1`: ids of verdicts; `$2`–`$4`: time, log and size of the checkpoint. */
export const ENVELOPES_OF: Statement = {
  name: 'pack-envelopes',
  text: `SELECT verdict_id AS "verdictId", predicate, artifact_sha256 AS artifact, envelope
           FROM verdict_attestations WHERE ${PACKED}
          ORDER BY verdict_id, predicate, artifact_sha256`,
};

/** The keys that signed these envelopes. Parameters as those of `ENVELOPES_OF`. */
export const KEY_IDS_OF: Statement = {
  name: 'pack-key-ids',
  text: `SELECT DISTINCT key_id AS "keyId" FROM verdict_attestations WHERE ${PACKED}`,
};

/** The first checkpoint after each rotation of a key, which the key before it signed. `$1`: ids of logs. */
export const ROTATIONS: Statement = {
  name: 'pack-rotations',
  text: `SELECT DISTINCT x.log_id AS log, c.size, c.note
           FROM events e JOIN log_entries x ON x.event_id = e.id
          CROSS JOIN LATERAL (SELECT size, note FROM log_checkpoints
                               WHERE log_id = x.log_id AND size > x.index ORDER BY size LIMIT 1) c
          WHERE e.subject_kind = 'key' AND e.type = 'key.rotated' AND x.log_id = ANY ($1::int[])
          ORDER BY x.log_id, c.size`,
};

/**
 * The entries that say how logs were left when they ended. `$1`: origins of these logs; `$2` and `$3`: log and size.
 * The data are JSON, because the server alone records this type, and the owner who wrote others is refused by the
 * proof.
 */
export const RECOVERIES: Statement = {
  name: 'pack-recoveries',
  text: `SELECT x.log_id AS log, x.index, e.data FROM events e JOIN log_entries x ON x.event_id = e.id
          WHERE e.subject_kind = 'log' AND e.type = 'log.recovered'
            AND e.data::jsonb #>> '{before,origin}' = ANY ($1::text[])
            AND (x.log_id < $2 OR (x.log_id = $2 AND x.index < $3::bigint))
          ORDER BY x.log_id, x.index`,
};
