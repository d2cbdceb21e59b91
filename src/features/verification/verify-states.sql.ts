import type { Statement } from '../../database/sql.js';
import { type ImportedKind, ROWS, rowDigest, rowTypesOf } from '../../events/index.js';
import { latestFirst } from './latest.sql.js';

/**
 * How rows compare with the digest in the latest event that has one. `agrees`; `differs`; `gone`: the row is missing;
 * `older`: the event is from before the digests; `beside`: a write beside the API came later, and its own digest is
 * another; `erased`: a later event may have been erased.
 */
export type State = 'agrees' | 'differs' | 'gone' | 'older' | 'beside' | 'erased';

const list = (types: readonly string[]) => types.map((type) => `'${type}'`).join(', ');

/** The rows of a kind by state, with ids of up to 1,000 that differ. `$1`: unreadable events. */
export function statesOf(kind: ImportedKind): Statement {
  const { table, id } = ROWS[kind];
  const types = list(rowTypesOf(kind));
  const imported = `encode(sha256(convert_to((to_jsonb(t) - 'hash' - 'last_used_at')::text, 'UTF8')), 'hex')`;
  const beside = `encode(sha256(convert_to((to_jsonb(t) - 'hash')::text, 'UTF8')), 'hex')`;
  return {
    text: `
      WITH latest AS MATERIALIZED (
        SELECT DISTINCT ON (e.subject_id) e.subject_id, e.id, e.type, e.project_id, e.release_id, e.data::jsonb AS d
          FROM events e
         WHERE e.subject_kind = '${kind}' AND e.type IN (${types}, 'beside-api', 'imported')
           AND e.subject_id <> 'erased' AND e.id <> ALL ($1::uuid[])
         ORDER BY e.subject_id, ${latestFirst('e')}
      ), compared AS (
        SELECT e.subject_id AS id,
               CASE WHEN t IS NULL THEN 'gone'
                    WHEN d ->> 'row' = ${rowDigest(kind)} THEN 'agrees'
                    WHEN e.type = 'beside-api' AND d ->> 'after' = ${beside} THEN 'agrees'
                    WHEN e.type = 'imported' AND d ->> 'digest' = ${imported} THEN 'agrees'
                    WHEN e.type = 'beside-api' THEN 'beside'
                    WHEN NOT d ? 'row' THEN 'older'
                    WHEN EXISTS (
                      SELECT 1 FROM events x
                       WHERE x.subject_kind = '${kind}' AND x.subject_id = 'erased' AND x.id > e.id
                         AND x.type IN (${types}) AND x.project_id IS NOT DISTINCT FROM e.project_id
                         AND x.release_id IS NOT DISTINCT FROM e.release_id) THEN 'erased'
                    ELSE 'differs' END AS state
          FROM latest e LEFT JOIN ${table} t ON ${id} = e.subject_id
      )
      SELECT state, count(*)::int AS count,
             (array_agg(id ORDER BY id) FILTER (WHERE state = 'differs'))[1:1000] AS ids
        FROM compared GROUP BY state`,
  };
}
