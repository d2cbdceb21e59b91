import type { Statement } from '../../database/sql.js';
import type { RowCheck } from './row-checks.js';

/** A row that has an event, whichever, was seen by the log. */
const seen = ({ kind, id }: RowCheck) =>
  `EXISTS (SELECT 1 FROM events x WHERE x.subject_kind = '${kind}' AND x.subject_id = ${id})`;

const types = ({ created }: RowCheck) => created.map((type) => `'${type}'`).join(', ');

/** The job has not recorded the rows from before the events yet. */
const isImporting = (...kinds: string[]) =>
  `EXISTS (SELECT 1 FROM event_imports i WHERE i.kind IN (${kinds.map((kind) => `'${kind}'`).join(', ')}))`;

/** Kinds whose rows from before the events are not recorded yet. */
export const IMPORTING: Statement = { text: 'SELECT kind FROM event_imports ORDER BY kind' };

/** Tables of which every row belongs to a project. */
const WITHOUT_PROJECT = ['environment', 'token', 'issuer', 'window', 'stop', 'webhook'];

/**
 * Rows that no event knows. An erased event may have created one, so for each erased event one row of its project is
 * not told. Which one, nobody knows any more.
 */
export const addedRows = (check: RowCheck): Statement => {
  const project = WITHOUT_PROJECT.includes(check.kind) ? 'NULL::int' : 't.project_id';
  return {
    text: `
      WITH unknown AS (
        SELECT ${check.id} AS id, ${project} AS project,
               row_number() OVER (PARTITION BY ${project} ORDER BY ${check.id}) AS n
          FROM ${check.table} t WHERE NOT ${seen(check)} AND NOT ${isImporting(check.kind)}
      )
      SELECT u.id FROM unknown u
       WHERE u.n > (SELECT count(*) FROM events x
                     WHERE x.subject_kind = '${check.kind}' AND x.subject_id = 'erased'
                       AND x.type IN (${types(check)}, 'imported')
                       AND x.project_id IS NOT DISTINCT FROM u.project)
       ORDER BY u.id LIMIT 1000`,
  };
};

const digest = (row: string) => `encode(sha256(convert_to((${row})::text, 'UTF8')), 'hex')`;

/** Rows from before the events that differ from the digest in their event, or are missing. `$1`: unreadable events. */
export const changedImports = ({ kind, table, id, since = [] }: RowCheck): Statement => {
  const whole = `to_jsonb(t) - 'hash' - 'last_used_at'`;
  const before = since.map((column) => ` - '${column}'`).join('');
  return {
    text: `SELECT e.subject_id AS id, t IS NULL AS missing
             FROM events e LEFT JOIN ${table} t ON ${id} = e.subject_id
            WHERE e.subject_kind = '${kind}' AND e.type = 'imported' AND e.subject_id <> 'erased'
              AND e.id <> ALL ($1::uuid[])
              AND (t IS NULL OR e.data::jsonb ->> 'digest' NOT IN (${digest(whole)}, ${digest(whole + before)}))
            LIMIT 1000`,
  };
};

/** What holds, if it is not what the latest event says. `$1`: unreadable events. */
export const OTHER_HOLDING: Statement = {
  text: `SELECT h.release_id || ' in ' || h.environment AS id
           FROM release_decisions h
          CROSS JOIN LATERAL (
            SELECT e.subject_id, e.data::jsonb ->> 'decision' AS decision FROM events e
             WHERE e.release_id = h.release_id AND e.type IN ('verdict.decided', 'verdict.holds-again')
               AND e.id <> ALL ($1::uuid[])
               AND e.data::jsonb ->> 'environment' = h.environment AND NOT e.data::jsonb ? 'late'
             ORDER BY e.id DESC LIMIT 1) last
          WHERE (last.subject_id, last.decision) IS DISTINCT FROM (h.verdict_id::text, h.decision::text)
          LIMIT 1000`,
};

/** Evidence that another replaced without an event that says so. `$1`: unreadable events. */
export const SUPERSEDED: Statement = {
  text: `SELECT t.id FROM evidence t
          WHERE t.superseded_by IS NOT NULL
            AND NOT EXISTS (
              SELECT 1 FROM events e
               WHERE e.subject_kind = 'evidence' AND e.subject_id = t.superseded_by::text
                 AND e.id <> ALL ($1::uuid[])
                 AND (e.type = 'imported' OR e.data::jsonb -> 'superseded' ? t.id::text
                      OR e.data::jsonb ->> 'before' = t.id::text))
            AND NOT EXISTS (SELECT 1 FROM events e WHERE e.subject_kind = 'evidence' AND e.subject_id = 'erased'
                             AND e.release_id = t.release_id)
            AND NOT ${isImporting('evidence')}
          LIMIT 1000`,
};

/** Events, in pages. `$1`: id of the one before, `$2`: maximum number. */
export const EVENTS: Statement = {
  name: 'verify-events',
  text: 'SELECT id, data FROM events WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT $2',
};

/**
 * Rows that differ from their events, or are missing. Rows from before the events have no such event. `$1`: unreadable
 * events.
 */
export const differingRows = (check: RowCheck): Statement => ({
  text: `SELECT e.subject_id AS id, t IS NULL AS missing
           FROM events e
          CROSS JOIN LATERAL (SELECT e.data::jsonb AS d OFFSET 0) data
           LEFT JOIN ${check.table} t ON ${check.id} = e.subject_id
          WHERE e.subject_kind = '${check.kind}' AND e.type IN (${types(check)})
            AND e.subject_id <> 'erased' AND e.id <> ALL ($1::uuid[])
            AND (t IS NULL OR NOT coalesce(${check.agrees}, false)
                 ${check.later ? `OR NOT coalesce(${check.later}, false)` : ''})
          LIMIT 1000`,
});

/** Versions of policies, with the digest that their event has. `$1`: place of the one before, `$2`: maximum number. */
export const POLICY_VERSIONS: Statement = {
  text: `SELECT t.policy_name || '/' || t.version AS id, t.rules, t.sha256,
                (SELECT e.data FROM events e
                  WHERE (e.subject_kind = 'policy-version' AND e.subject_id = t.policy_name || '/' || t.version
                         AND e.type = 'policy-version.added')
                     OR (t.version = 1 AND e.subject_kind = 'policy' AND e.subject_id = t.policy_name
                         AND e.type = 'policy.created') LIMIT 1) AS data,
                ${isImporting('policy', 'policy-version')}
                OR EXISTS (SELECT 1 FROM events e WHERE e.subject_kind IN ('policy', 'policy-version')
                           AND e.subject_id IN (t.policy_name, t.policy_name || '/' || t.version)) AS seen
           FROM policy_versions t ORDER BY t.policy_name, t.version OFFSET $1 LIMIT $2`,
};

/** Verdicts with the data of their event. `$1`: id of the one before, `$2`: maximum number. */
export const VERDICTS: Statement = {
  name: 'verify-verdicts',
  text: `SELECT t.id, t.release_id AS "releaseId", t.environment, t.decision::text, t.engine,
                t.inputs_hash AS "inputsHash", t.inputs, t.results,
                (SELECT e.data FROM events e WHERE e.subject_kind = 'verdict' AND e.subject_id = t.id::text
                    AND e.type = 'verdict.decided' LIMIT 1) AS data
           FROM verdicts t WHERE $1::uuid IS NULL OR t.id > $1 ORDER BY t.id LIMIT $2`,
};

const dataOf = (type: string) => `(SELECT e.data FROM events e
   WHERE e.subject_kind = 'waiver' AND e.subject_id = t.id::text AND e.type = '${type}' LIMIT 1)`;

/** Waivers in order, with the data of their events. `$1`: id of the one before, or null; `$2`: maximum number. */
export const WAIVERS: Statement = {
  name: 'verify-waivers',
  text: `SELECT t.id, t.project_id AS "projectId", t.release_id AS "releaseId", t.rule, t.about, t.purl, t.reason,
                t.expires_at AS "expiresAt", t.created_at AS "createdAt", t.created_by AS "createdBy",
                t.approved_at AS "approvedAt", t.approved_by AS "approvedBy",
                ${dataOf('waiver.requested')} AS requested, ${dataOf('waiver.approved')} AS approved
           FROM waivers t WHERE $1::uuid IS NULL OR t.id > $1 ORDER BY t.id LIMIT $2`,
};

/** Documents in order. `$1`, `$2`: project and digest of the one before, `$3`: maximum number. */
export const DOCUMENTS: Statement = {
  name: 'verify-documents',
  text: `SELECT project_id AS "projectId", sha256 FROM documents
          WHERE (project_id, sha256) > ($1, $2) ORDER BY project_id, sha256 LIMIT $3`,
};

/** A part of a document's gzip stream. `$1`, `$2`: project and digest, `$3`: number of the part. */
export const CHUNK: Statement = {
  name: 'verify-chunk',
  text: `SELECT content FROM document_chunks
          WHERE project_id = $1 AND sha256 = $2 AND ordinal >= $3 ORDER BY ordinal LIMIT 1`,
};
