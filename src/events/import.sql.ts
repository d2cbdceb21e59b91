import type { Statement } from '../database/sql.js';
import { IMPORTED, type ImportedKind } from './catalogue.js';
import { hasRow, ROWS, rowDigest, rowTypesOf } from './rows.js';

interface Source {
  /** Sort key of a row: an expression over the row `t`, and its type. */
  readonly key: string;
  readonly type: 'uuid' | 'int' | 'text';
  readonly project: string;
  readonly release: string;
}

const BY_UUID = {
  key: 't.id',
  type: 'uuid',
  project: 'NULL::int',
  release: 'NULL::uuid',
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
  'legal-hold': OF_RELEASE,
  'retention-policy': BY_UUID,
  policy: byText('t.name'),
  'policy-version': byText(`t.policy_name || '/' || lpad(t.version::text, 10, '0')`),
  environment: byText('t.name'),
  window: BY_UUID,
  stop: BY_UUID,
  deployment: OF_RELEASE,
  waiver: OF_RELEASE,
  'approval-request': OF_RELEASE,
  approval: OF_RELEASE,
  'break-glass': OF_RELEASE,
  verdict: OF_RELEASE,
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
  text: `SELECT kind, after, again FROM event_imports ORDER BY kind LIMIT 1 FOR UPDATE`,
};

export const IMPORT_WENT_ON: Statement = {
  name: 'event-import-on',
  text: 'UPDATE event_imports SET after = $2 WHERE kind = $1',
};

export const IMPORT_DONE: Statement = {
  name: 'event-import-done',
  text: 'DELETE FROM event_imports WHERE kind = $1',
};

/** Rows of these never change, and the role of the server may not lock them. */
const NEVER_CHANGES: ReadonlySet<ImportedKind> = new Set<ImportedKind>([
  'artifact',
  'policy',
  'policy-version',
  'retention-policy',
  'verdict',
  'approval-request',
]);

const list = (types: readonly string[]) => types.map((type) => `'${type}'`).join(', ');

/** Whether the latest event about the row `t` has a digest of it. Null: there is none. */
const isDigested = (kind: ImportedKind) => `(
  SELECT e.type IN ('${IMPORTED}', 'beside-api') OR ${hasRow('e')} FROM events e
   WHERE e.subject_kind = '${kind}' AND e.subject_id = ${ROWS[kind].id}
     AND e.type IN (${list([...rowTypesOf(kind), IMPORTED, 'beside-api'])})
   ORDER BY e.id DESC LIMIT 1)`;

/**
 * Another digest of a row, where its columns do not say all of it: the results of a verdict that is older than
 * `verdict_hash`. Null: there is none.
 */
const MORE: Readonly<Partial<Record<ImportedKind, { name: string; digest: string }>>> = {
  verdict: {
    name: 'resultsSha256',
    digest: `CASE WHEN t.verdict_hash IS NULL
                  THEN encode(sha256(convert_to(t.results::text, 'UTF8')), 'hex') END`,
  },
};

/**
 * Records an event for each of the next rows whose latest event has no digest of the row. `digest` leaves out the
 * hash of a token, and the time of its last use; `row` is that of every other event. Rows are locked, so that no
 * change comes between the digest and the event. Returns one row: the last key, and the number of rows. `$1`: key of
 * the last row, or null; `$2`: leave out rows that no event knows; `$3`: batch size.
 */
export function importBatch(kind: ImportedKind): Statement {
  const { table, id } = ROWS[kind];
  const { key, type, project, release } = SOURCES[kind];
  const more = MORE[kind];
  const known = `EXISTS (SELECT 1 FROM events e WHERE e.subject_kind = '${kind}' AND e.subject_id = ${id})`;
  return {
    text: `
      WITH batch AS (
        SELECT ${key} AS key, ${id} AS id, ${project} AS project_id, ${release} AS release_id,
               encode(sha256(convert_to((to_jsonb(t) - 'hash' - 'last_used_at')::text, 'UTF8')), 'hex') AS digest,
               ${rowDigest(kind)} AS row, ${more?.digest ?? 'NULL::text'} AS more
          FROM ${table} t
         WHERE ($1::${type} IS NULL OR ${key} > $1::${type})
           AND ${isDigested(kind)} IS NOT TRUE AND (NOT $2::boolean OR ${known})
         ORDER BY 1 LIMIT $3 ${NEVER_CHANGES.has(kind) ? '' : 'FOR NO KEY UPDATE OF t'}
      ), recorded AS (
        INSERT INTO events (type, subject_kind, subject_id, project_id, release_id, actor, data)
        SELECT '${IMPORTED}', '${kind}', id, project_id, release_id, 'migration',
               '{"row":"' || row || '","digest":"' || digest || '"'
               || coalesce(',"${more?.name}":"' || more || '"', '') || '}'
          FROM batch ORDER BY key
      )
      SELECT (SELECT key::text FROM batch ORDER BY batch.key DESC LIMIT 1) AS last,
             (SELECT count(*)::int FROM batch) AS count`,
  };
}
