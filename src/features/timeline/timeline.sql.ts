import type { Statement } from '../../database/sql.js';

const COLUMNS = `id, time, type, subject_kind AS "subjectKind", subject_id AS "subjectId", release_id AS "releaseId",
  actor, data`;

const page = `
  AND time >= $4::timestamptz AND time < $5::timestamptz AND id < $6::uuid
  AND ($3::text IS NULL
       OR NOT (type LIKE 'verdict.%' OR type LIKE 'deployment.%' OR subject_kind IN ('approval', 'break-glass'))
       OR data::jsonb ->> 'environment' = $3)
  ORDER BY id DESC LIMIT $7::int`;

/**
 * Events of a release, and of the waivers of its project that are for every release, since the release exists. Newest
 * first. `$1`: release, `$2`: project, `$3`: environment or null, `$4` and `$5`: times, `$6`: id of the row before the
 * page, `$7`: number of rows.
 */
export const TIMELINE: Statement = {
  text: `
    SELECT * FROM (
      (SELECT ${COLUMNS} FROM events WHERE release_id = $1::uuid ${page})
      UNION ALL
      (SELECT ${COLUMNS} FROM events
        WHERE project_id = $2::int AND release_id IS NULL AND subject_kind = 'waiver' AND type <> 'imported'
          AND id > $1::uuid ${page})
    ) entries ORDER BY id DESC LIMIT $7::int`,
};
