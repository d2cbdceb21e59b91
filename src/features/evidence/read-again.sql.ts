import type { Statement } from '../../database/sql.js';

/** Evidence whose document was read before coverage was stored. */
export interface Unread {
  readonly id: string;
  readonly projectId: number;
  readonly releaseId: string;
  readonly artifactSha256: string | null;
  readonly kind: string;
  readonly label: string | null;
  readonly mediaType: string;
  readonly size: number;
  readonly receivedSha256: string;
  readonly storedSha256: string;
  readonly mayAbsolve: boolean;
  readonly createdBy: string;
  readonly triggeredBy: string | null;
  readonly lastReceivedAt: Date;
  readonly commit: string;
}

const COLUMNS = `e.id, e.project_id AS "projectId", e.release_id AS "releaseId",
  e.artifact_sha256 AS "artifactSha256", e.kind, e.label, e.media_type AS "mediaType", e.size,
  e.received_sha256 AS "receivedSha256", e.stored_sha256 AS "storedSha256", e.may_absolve AS "mayAbsolve",
  e.created_by AS "createdBy", e.triggered_by AS "triggeredBy", e.last_received_at AS "lastReceivedAt",
  (SELECT r.commit FROM releases r WHERE r.id = e.release_id) AS commit`;

const UNREAD = `NOT (e.summary ? 'coverage') AND e.superseded_at IS NULL AND e.retracted_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM evidence_readings r WHERE r.evidence_id = e.id)`;

/**
 * The next evidence to read again: the newest first, because it is asked for most. `$1`: the last one, or null. Without
 * it, each search would pass all documents again that were refused.
 */
export const NEXT_UNREAD: Statement = {
  name: 'evidence-unread',
  text: `SELECT ${COLUMNS} FROM evidence e WHERE ${UNREAD} AND ($1::uuid IS NULL OR e.id < $1::uuid)
          ORDER BY e.id DESC LIMIT 1`,
};

/** Locks the evidence if it still has to be read. `$1`: its id. */
export const LOCK_UNREAD: Statement = {
  name: 'evidence-unread-lock',
  text: `SELECT e.id FROM evidence e WHERE e.id = $1::uuid AND ${UNREAD} FOR NO KEY UPDATE OF e`,
};

/** `$1`: the evidence, `$2`: the new evidence; null: its document cannot be read. */
export const INSERT_READING: Statement = {
  name: 'evidence-reading',
  text: 'INSERT INTO evidence_readings (evidence_id, read_as) VALUES ($1::uuid, $2::uuid) ON CONFLICT DO NOTHING',
};

/** `$1`: the evidence, `$2`: the new evidence. */
export const SUPERSEDE_READ: Statement = {
  name: 'evidence-read-again',
  text: 'UPDATE evidence SET superseded_by = $2::uuid WHERE id = $1::uuid',
};
