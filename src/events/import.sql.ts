import type { Statement } from '../database/sql.js';
import { IMPORTED, type ImportedKind } from './catalogue.js';
import { ROWS } from './rows.js';

interface Source {
  /** Sort key of a row: an expression over the row `t`, and its type. */
  readonly key: string;
  readonly type: 'uuid' | 'int' | 'text';
  readonly project: string;
  readonly release: string;
  readonly time: string;
}

const BY_UUID = {
  key: 't.id',
  type: 'uuid',
  project: 'NULL::int',
  release: 'NULL::uuid',
  time: 't.created_at',
} as const;
const OF_RELEASE = { ...BY_UUID, project: 't.project_id', release: 't.release_id' } as const;
const byText = (key: string) =>
  ({ ...BY_UUID, key: `(${key}) COLLATE "C"`, type: 'text' }) as const;

/** Expressions for each kind of subject. */
const SOURCES: Readonly<Record<ImportedKind, Source>> = {
  project: { ...BY_UUID, type: 'int', project: 't.id' },
  release: { ...BY_UUID, project: 't.project_id', release: 't.id' },
  artifact: OF_RELEASE,
  evidence: OF_RELEASE,
  policy: byText('t.name'),
  'policy-version': byText(`t.policy_name || '/' || lpad(t.version::text, 10, '0')`),
  environment: byText('t.name'),
  window: BY_UUID,
  stop: BY_UUID,
  deployment: OF_RELEASE,
  waiver: OF_RELEASE,
  'approval-request': { ...OF_RELEASE, time: 't.requested_at' },
  approval: { ...OF_RELEASE, time: 't.given_at' },
  'break-glass': { ...OF_RELEASE, time: 't.requested_at' },
  verdict: { ...OF_RELEASE, time: 't.evaluated_at' },
  token: BY_UUID,
  issuer: BY_UUID,
  session: BY_UUID,
  identity: BY_UUID,
  'identity-link': BY_UUID,
  'group-grant': BY_UUID,
  webhook: BY_UUID,
};

/** Selects a table that is not finished. Its row stays locked until the transaction of the batch ends. */
export const NEXT_IMPORT: Statement = {
  name: 'event-import-next',
  text: `SELECT kind, after, before FROM event_imports ORDER BY kind LIMIT 1 FOR UPDATE`,
};

export const IMPORT_WENT_ON: Statement = {
  name: 'event-import-on',
  text: 'UPDATE event_imports SET after = $2 WHERE kind = $1',
};

export const IMPORT_DONE: Statement = {
  name: 'event-import-done',
  text: 'DELETE FROM event_imports WHERE kind = $1',
};

/**
 * Records an event for each of the next rows, with the SHA-256 of the row as JSON. The digest leaves out the hash of a
 * token, and the time of its last use, which changes without an event. Returns one row: the last key, and the number of
 * rows. `$1`: key of the last imported row, or null; `$2`: a row of this time or later is imported only if it has no
 * event, because a row can have any time; `$3`: batch size.
 */
export function importBatch(kind: ImportedKind): Statement {
  const { table, id } = ROWS[kind];
  const { key, type, project, release, time } = SOURCES[kind];
  return {
    text: `
      WITH batch AS (
        SELECT ${key} AS key, ${id} AS id, ${project} AS project_id, ${release} AS release_id,
               encode(sha256(convert_to((to_jsonb(t) - 'hash' - 'last_used_at')::text, 'UTF8')), 'hex') AS digest
          FROM ${table} t
         WHERE ($1::${type} IS NULL OR ${key} > $1::${type})
           AND (${time} < $2::timestamptz OR NOT EXISTS (
                 SELECT 1 FROM events e WHERE e.subject_kind = '${kind}' AND e.subject_id = ${id}))
         ORDER BY 1 LIMIT $3
      ), recorded AS (
        INSERT INTO events (type, subject_kind, subject_id, project_id, release_id, actor, data)
        SELECT '${IMPORTED}', '${kind}', id, project_id, release_id, 'migration',
               jsonb_build_object('digest', digest)::text
          FROM batch ORDER BY key
      )
      SELECT (SELECT key::text FROM batch ORDER BY batch.key DESC LIMIT 1) AS last,
             (SELECT count(*)::int FROM batch) AS count`,
  };
}
