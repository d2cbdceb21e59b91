import type { Statement } from '../../database/sql.js';
import { hasDigest, type ImportedKind, ROWS, rowTypesOf } from '../../events/index.js';
import { latestFirst, mayBeAbout } from './latest.sql.js';

/**
 * How rows compare with the digest in the latest event about them. `agrees`; `differs`; `gone`: the row is missing;
 * `ended`: the server deleted it; `returned`: an event says that it was deleted, and the row is there; `older`: the
 * event has no digest; `beside`: an earlier version recorded a write beside the API with a digest of columns that
 * change without an event, and another one since; `erased`: the event was erased by an earlier version, which kept no
 * digest.
 */
export type State =
  | 'agrees'
  | 'differs'
  | 'gone'
  | 'ended'
  | 'returned'
  | 'older'
  | 'beside'
  | 'erased';

const list = (types: readonly string[]) => types.map((type) => `'${type}'`).join(', ');

/** Condition over the latest event `e`: an event says that the row was deleted. It never comes back. */
const isDeleted = (kind: ImportedKind) =>
  `EXISTS (SELECT 1 FROM events x WHERE x.subject_kind = '${kind}' AND x.subject_id = e.subject_id
              AND x.type = '${kind}.deleted')`;

/**
 * Conditions over the latest event `e` and its data `d` that the server itself deletes rows without an event. It does
 * so later than the condition holds.
 */
const ENDED: Readonly<Partial<Record<ImportedKind, string>>> = {
  session: `EXISTS (SELECT 1 FROM events x WHERE x.subject_kind = 'session' AND x.subject_id = e.subject_id
                       AND x.type = 'session.signed-in' AND x.id <> ALL ($1::uuid[])
                       AND coalesce((x.data::jsonb ->> 'expiresAt')::timestamptz < now() - interval '30 days',
                                    x.data::jsonb ? 'erased'))`,
};

/** Columns of evidence from before it was superseded. */
const CURRENT = `to_jsonb(t) || '{"superseded_at":null,"superseded_by":null}'`;

/** Kinds of which a column that the digests of earlier versions cover changes without an event. */
const CHANGES_SILENTLY: ReadonlySet<ImportedKind> = new Set<ImportedKind>([
  'token',
  'session',
  'identity',
]);

/** The digests that an earlier version recorded: of a write beside the API, and of a row from before the events. */
function hasOldDigest(kind: ImportedKind): string {
  const [beside, imported] = [['hash'], ['hash', 'last_used_at']];
  const of = (digest: string, without: string[]) =>
    [
      hasDigest(kind, digest, { without }),
      ...(kind === 'evidence' ? [hasDigest(kind, digest, { without, row: `(${CURRENT})` })] : []),
    ].join(' OR ');
  return `CASE e.type WHEN 'beside-api' THEN ${of(`(d ->> 'after')`, beside)}
                      WHEN 'imported' THEN ${of(`(d ->> 'digest')`, imported)} ELSE false END`;
}

/** The rows of a kind by state, with ids of up to 1,000 that do not agree. `$1`: unreadable events. */
export function statesOf(kind: ImportedKind): Statement {
  const { table, id } = ROWS[kind];
  const types = list(rowTypesOf(kind));
  return {
    text: `
      WITH latest AS MATERIALIZED (
        SELECT DISTINCT ON (e.subject_id) e.subject_id, e.subject_kind, e.id, e.type, e.project_id, e.release_id,
               e.data::jsonb AS d
          FROM events e
         WHERE e.subject_kind = '${kind}' AND e.type IN (${types}, 'beside-api', 'imported')
           AND e.subject_id <> 'erased' AND e.id <> ALL ($1::uuid[])
           AND NOT (e.type = 'beside-api' AND e.data::jsonb ? 'of')
         ORDER BY e.subject_id, ${latestFirst('e')}
      ), compared AS (
        SELECT e.subject_id AS id,
               CASE WHEN ${isDeleted(kind)} THEN CASE WHEN t IS NULL THEN 'ended' ELSE 'returned' END
                    WHEN t IS NULL AND ${ENDED[kind] ?? 'false'} THEN 'ended'
                    WHEN t IS NULL THEN 'gone'
                    WHEN ${hasDigest(kind, `(d ->> 'row')`)} THEN 'agrees'
                    WHEN NOT d ? 'row' AND ${hasOldDigest(kind)} THEN 'agrees'
                    WHEN NOT d ? 'row' AND e.type = 'beside-api'
                    THEN '${CHANGES_SILENTLY.has(kind) ? 'beside' : 'differs'}'
                    WHEN EXISTS (
                      SELECT 1 FROM events x WHERE ${mayBeAbout('x', 'e')} AND x.id > e.id) THEN 'erased'
                    WHEN NOT d ? 'row' AND e.type <> 'imported' THEN 'older'
                    ELSE 'differs' END AS state
          FROM latest e LEFT JOIN ${table} t ON ${id} = e.subject_id
      )
      SELECT state, count(*)::int AS count,
             (array_agg(id ORDER BY id) FILTER (WHERE state NOT IN ('agrees', 'ended')))[1:1000] AS ids
        FROM compared GROUP BY state`,
  };
}
