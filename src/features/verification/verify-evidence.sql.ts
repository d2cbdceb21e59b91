import type { Statement } from '../../database/sql.js';

/** Evidence in order, with the data of the event that recorded it. `$1`: id of the one before, `$2`: maximum number. */
export const EVIDENCE: Statement = {
  name: 'verify-evidence',
  text: `SELECT t.id, t.project_id AS "projectId", t.kind, t.parser_version AS "parserVersion",
                t.media_type AS "mediaType", t.stored_sha256 AS "storedSha256",
                t.received_sha256 AS "receivedSha256", t.may_absolve AS "mayAbsolve", t.scanners, t.summary,
                (SELECT r.commit FROM releases r WHERE r.id = t.release_id) AS commit,
                COALESCE(before.last_received_at, t.created_at) AS "receivedAt", e.data
           FROM evidence t
           LEFT JOIN LATERAL (
             SELECT e.data FROM events e
              WHERE e.subject_kind = 'evidence' AND e.subject_id = t.id::text
                AND e.type IN ('evidence.received', 'evidence.read-again') ORDER BY e.id DESC LIMIT 1) e ON true
           LEFT JOIN evidence_readings r ON r.read_as = t.id
           LEFT JOIN evidence before ON before.id = r.evidence_id
          WHERE $1::uuid IS NULL OR t.id > $1 ORDER BY t.id LIMIT $2`,
};

const TABLES = ['components', 'findings', 'claims', 'vulnerability_aliases'];

/** Rows that name evidence that does not exist, or that of another release. */
export const ORPHANS: Statement = {
  text: `${TABLES.map(
    (name) => `SELECT DISTINCT '${name}' AS what, t.evidence_id AS id FROM ${name} t
                WHERE NOT EXISTS (SELECT 1 FROM evidence e WHERE e.id = t.evidence_id
                                    AND e.release_id = t.release_id AND e.project_id = t.project_id)`,
  ).join(' UNION ALL ')} LIMIT 1000`,
};

/** Readings without their event, and events without their reading. `$1`: unreadable events. */
export const READINGS: Statement = {
  text: `WITH said AS (
           SELECT e.subject_id AS read_as, e.data::jsonb ->> 'before' AS evidence FROM events e
            WHERE e.type = 'evidence.read-again' AND e.subject_id <> 'erased' AND e.id <> ALL ($1::uuid[])
         ), erased AS (
           SELECT count(*) AS n FROM events WHERE type = 'evidence.read-again' AND subject_id = 'erased'
         ), found AS (
           SELECT coalesce(r.evidence_id::text, s.evidence) AS id, s.read_as IS NULL AS added
             FROM (SELECT * FROM evidence_readings WHERE read_as IS NOT NULL) r
             FULL JOIN said s ON s.read_as = r.read_as::text AND s.evidence = r.evidence_id::text
            WHERE r.evidence_id IS NULL OR s.read_as IS NULL
         )
         SELECT id FROM found, erased WHERE NOT added OR (SELECT count(*) FROM found WHERE added) > erased.n
          ORDER BY id LIMIT 1000`,
};

/** The key of digests of secrets. */
export const SECRET_KEY: Statement = {
  text: `SELECT value FROM server_keys WHERE name = 'secrets'`,
};
