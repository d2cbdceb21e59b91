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
