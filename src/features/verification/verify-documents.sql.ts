import type { Statement } from '../../database/sql.js';

/**
 * Evidence of a document `d`. A document is stored with its first evidence, so it has the time of one of them. Of
 * uploads at the same moment, the one that began later may have stored it.
 */
const EVIDENCE =
  'SELECT 1 FROM evidence e WHERE e.project_id = d.project_id AND e.stored_sha256 = d.sha256';
const SAME_TIME = `${EVIDENCE} AND e.created_at = d.created_at`;
const LONG_BEFORE = `${EVIDENCE} AND e.created_at < d.created_at - interval '10 minutes'`;

/** Documents in order. `$1`, `$2`: project and digest of the one before, `$3`: maximum number. */
export const DOCUMENTS: Statement = {
  name: 'verify-documents',
  text: `SELECT d.project_id AS "projectId", d.sha256, d.size, d.gzip_size AS "gzipSize",
                NOT EXISTS (SELECT 1 FROM document_chunks c WHERE c.project_id = d.project_id AND c.sha256 = d.sha256)
                  AS gone,
                EXISTS (SELECT 1 FROM document_removals r WHERE r.project_id = d.project_id AND r.sha256 = d.sha256
                           AND NOT EXISTS (${EVIDENCE}
                             AND GREATEST(e.created_at, e.last_received_at) > r.removed_at)) AS removed,
                EXISTS (${EVIDENCE}) AS named, EXISTS (${SAME_TIME}) AND NOT EXISTS (${LONG_BEFORE}) AS timed
           FROM documents d
          WHERE (d.project_id, d.sha256) > ($1, $2) ORDER BY d.project_id, d.sha256 LIMIT $3`,
};

/** The next part of a document's gzip stream. `$1`, `$2`: project and digest, `$3`: least number of the part. */
export const CHUNK: Statement = {
  name: 'verify-chunk',
  text: `SELECT ordinal, content FROM document_chunks
          WHERE project_id = $1 AND sha256 = $2 AND ordinal >= $3 ORDER BY ordinal LIMIT 1`,
};

/** Evidence without its document, and parts of documents that do not exist. */
export const LOST_DOCUMENTS: Statement = {
  text: `SELECT 'evidence ' || e.id || ': its document is missing' AS fault FROM evidence e
          WHERE NOT EXISTS (SELECT 1 FROM documents d WHERE d.project_id = e.project_id AND d.sha256 = e.stored_sha256)
          UNION ALL
         SELECT DISTINCT 'document ' || c.sha256 || ' of project ' || c.project_id
                         || ': it is missing, and parts of it are there'
           FROM document_chunks c
          WHERE NOT EXISTS (SELECT 1 FROM documents d WHERE d.project_id = c.project_id AND d.sha256 = c.sha256)
          LIMIT 1000`,
};

/** The event of a removal `r` of a document `d` for a release. The database writes it, in this form alone. */
const SAME_REMOVAL = `
  x.subject_kind = 'document' AND x.subject_id = r.sha256 AND x.project_id = r.project_id AND x.actor LIKE 'retention:%'
    AND x.data = format('{"policy":"%s","removal":"%s","removedAt":"%s","sha256":"%s","size":%s}', r.policy_id, r.id,
                        to_char(r.removed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), r.sha256, d.size)
    AND x.time BETWEEN r.removed_at - interval '1 second' AND r.removed_at + interval '10 minutes'`;
const eventOf = (release: string) =>
  `SELECT 1 FROM events x WHERE x.type = 'document.removed' AND x.release_id = ${release} AND ${SAME_REMOVAL}`;

/** A transaction that began before the removal can have waited for it. */
const BEFORE = `r.removed_at - interval '1 minute'`;

const removals = (fault: string, condition: string) => `
  SELECT 'document ' || r.sha256 || ' of project ' || r.project_id || ': ${fault}' AS fault
    FROM document_removals r LEFT JOIN documents d ON d.project_id = r.project_id AND d.sha256 = r.sha256
   WHERE ${condition}`;

/** Removals without their event, or that the policy or a hold forbade, and events without their removal. */
export const REMOVAL_FAULTS: Statement = {
  text: `${removals(
    'no event says that retention removed it',
    `(NOT EXISTS (${eventOf('x.release_id')})
       OR EXISTS (SELECT 1 FROM evidence e WHERE e.project_id = d.project_id AND e.stored_sha256 = d.sha256
                AND e.created_at < ${BEFORE} AND NOT EXISTS (${eventOf('e.release_id')})))`,
  )} UNION ALL ${removals(
    'it was removed under a legal hold',
    `EXISTS (SELECT 1 FROM legal_holds h WHERE h.project_id = r.project_id AND h.created_at < ${BEFORE}
                AND (h.lifted_at IS NULL OR h.lifted_at > r.removed_at)
                AND (h.release_id IS NULL OR h.release_id IN (
                       SELECT e.release_id FROM evidence e
                        WHERE e.project_id = r.project_id AND e.stored_sha256 = r.sha256
                          AND e.created_at < r.removed_at)))`,
  )} UNION ALL ${removals(
    'it was removed by a policy that did not count then',
    `NOT EXISTS (SELECT 1 FROM retention_policies p
                  WHERE p.id = r.policy_id AND p.days IS NOT NULL AND p.created_at <= r.removed_at
                    AND NOT EXISTS (SELECT 1 FROM retention_policies n
                                     WHERE n.id > p.id AND n.created_at < ${BEFORE}))`,
  )} UNION ALL
  SELECT 'event ' || x.id || ': it says that a document was removed, and it was not' FROM events x
   WHERE x.type = 'document.removed'
     AND NOT EXISTS (SELECT 1 FROM document_removals r
                       JOIN documents d ON d.project_id = r.project_id AND d.sha256 = r.sha256 WHERE ${SAME_REMOVAL})
   LIMIT 1000`,
};
