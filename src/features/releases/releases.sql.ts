import type { Statement } from '../../database/sql.js';

/** Columns under the names that Prisma uses. */
const COLUMNS = `id, project_id AS "projectId", version, commit, branch, triggered_by AS "triggeredBy", authors,
  notes, links, state,
  sealed_at AS "sealedAt", sealed_by AS "sealedBy", revoked_at AS "revokedAt", revoked_by AS "revokedBy",
  revoked_reason AS "revokedReason", created_at AS "createdAt", created_by AS "createdBy",
  updated_at AS "updatedAt", updated_by AS "updatedBy", revision`;

/**
 * Returns no row if the project already has a release of this version. `$1`: project, `$2`: version, `$3`: commit,
 * `$4`: branch, `$5`: notes, `$6`: links, `$7`: subject of the caller, `$8`: who set the pipeline off, `$9`: authors.
 */
export const INSERT_RELEASE: Statement = {
  name: 'release-insert',
  text: `INSERT INTO releases (id, project_id, version, commit, branch, notes, links, created_by, updated_by,
                               triggered_by, authors)
         VALUES (uuid_v7(), $1, $2, $3, $4, $5, $6::jsonb, $7, $7, $8, $9)
         ON CONFLICT (project_id, version) DO NOTHING RETURNING ${COLUMNS}`,
};
