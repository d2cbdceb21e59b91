import type { Statement } from '../../database/sql.js';
import { hasRow, ROWS } from '../../events/index.js';
import { isErased, latestFirst, mayBeAbout } from './latest.sql.js';
import type { RowCheck } from './row-checks.js';

/** A row that has an event, whichever, was seen by the log. */
const seen = ({ kind }: RowCheck) =>
  `EXISTS (SELECT 1 FROM events x WHERE x.subject_kind = '${kind}' AND x.subject_id = ${ROWS[kind].id})`;

const types = ({ created }: RowCheck) => created.map((type) => `'${type}'`).join(', ');

/** The job has not recorded the rows from before the events yet. */
const isImporting = (...kinds: string[]) =>
  `EXISTS (SELECT 1 FROM event_imports i WHERE i.kind IN (${kinds.map((kind) => `'${kind}'`).join(', ')}))`;

/** Kinds whose rows from before the events are not recorded yet. */
export const IMPORTING: Statement = { text: 'SELECT kind FROM event_imports ORDER BY kind' };

/**
 * Rows that no event knows. An erased event may have created one, so for each erased event one row of its project is
 * not told. Which one, nobody knows any more.
 */
export const addedRows = (check: RowCheck): Statement => {
  const { table, id } = ROWS[check.kind];
  const project = check.project ?? 't.project_id';
  const elsewhere = check.createdElsewhere ? `AND NOT (${check.createdElsewhere})` : '';
  return {
    text: `
      WITH unknown AS (
        SELECT ${id} AS id, ${project} AS project,
               row_number() OVER (PARTITION BY ${project} ORDER BY ${id}) AS n
          FROM ${table} t WHERE NOT ${seen(check)} AND NOT ${isImporting(check.kind)} ${elsewhere}
      )
      SELECT u.id FROM unknown u
       WHERE u.n > (SELECT count(*) FROM events x
                     WHERE x.subject_kind = '${check.kind}' AND x.subject_id = 'erased'
                       AND x.type IN (${types(check)}, 'imported')
                       AND x.project_id IS NOT DISTINCT FROM u.project)
       ORDER BY u.id LIMIT 1000`,
  };
};

/**
 * What holds, if it is not what the latest event says: a row that differs, was added or is missing. Rows from before
 * the events have a verdict with an event of its import. An erased event may be the latest. `$1`: unreadable events.
 */
export const OTHER_HOLDING: Statement = {
  text: `WITH latest AS (
           SELECT DISTINCT ON (e.release_id, d ->> 'environment') e.release_id, d ->> 'environment' AS environment,
                  e.subject_id, e.actor, ${isErased('e')} AS erased, d ->> 'decision' AS decision,
                  d ->> 'inputsHash' AS inputs_hash, (d ->> 'decidedAt')::timestamptz AS decided_at,
                  (d ->> 'snapshot')::timestamptz AS snapshot
             FROM events e CROSS JOIN LATERAL (SELECT e.data::jsonb AS d OFFSET 0) data
            WHERE e.type IN ('verdict.decided', 'verdict.holds-again') AND e.subject_id <> 'erased'
              AND e.id <> ALL ($1::uuid[]) AND NOT d ? 'late' AND NOT d ? 'intent'
            ORDER BY e.release_id, d ->> 'environment', ${latestFirst('e')}
         )
         SELECT coalesce(h.release_id, l.release_id) || ' in ' || coalesce(h.environment, l.environment) AS id
           FROM release_decisions h
           FULL JOIN latest l ON l.release_id = h.release_id AND l.environment = h.environment
           LEFT JOIN releases r ON r.id = h.release_id
          WHERE ((l.subject_id, l.decision, l.inputs_hash)
                 IS DISTINCT FROM (h.verdict_id::text, h.decision::text, h.inputs_hash)
                 OR h.project_id IS DISTINCT FROM r.project_id
                 OR (NOT l.erased AND l.actor IS DISTINCT FROM h.decided_by)
                 OR h.decided_at <> l.decided_at OR h.snapshot <> l.snapshot OR h.snapshot > now())
            AND NOT (l.subject_id IS NULL AND EXISTS (
              SELECT 1 FROM events x WHERE x.subject_kind = 'verdict' AND x.subject_id = h.verdict_id::text
                 AND x.type = 'imported'))
            AND NOT EXISTS (
              SELECT 1 FROM events x WHERE x.subject_kind = 'verdict' AND x.subject_id = 'erased' AND ${isErased('x')}
                 AND x.release_id = coalesce(h.release_id, l.release_id))
          ORDER BY 1 LIMIT 1000`,
};

/**
 * Evidence that another replaced without an event that says so, or at another time than that of the other; and evidence
 * that an event says was replaced, and is not. `$1`: unreadable events.
 */
export const SUPERSEDED: Statement = {
  text: `WITH said AS MATERIALIZED (
           SELECT e.subject_id AS by, old.id
             FROM events e CROSS JOIN LATERAL (SELECT e.data::jsonb AS d OFFSET 0) data
            CROSS JOIN LATERAL jsonb_array_elements_text(
              CASE WHEN e.type = 'evidence.read-again' THEN jsonb_build_array(d ->> 'before')
                   WHEN jsonb_typeof(d -> 'superseded') = 'array' THEN d -> 'superseded' ELSE '[]' END) old(id)
            WHERE e.subject_kind = 'evidence' AND e.type IN ('evidence.received', 'evidence.read-again')
              AND e.id <> ALL ($1::uuid[])
         ), whole AS (
           SELECT e.subject_id AS by FROM events e
            WHERE e.subject_kind = 'evidence' AND e.id <> ALL ($1::uuid[])
              AND (e.type = 'imported' OR jsonb_typeof(e.data::jsonb -> 'superseded') = 'string'
                   OR (${isErased('e')} AND NOT e.data::jsonb ? 'superseded'))
         )
         SELECT t.id::text FROM evidence t LEFT JOIN evidence n ON n.id = t.superseded_by
          WHERE t.superseded_by IS NOT NULL
            AND (t.superseded_at IS DISTINCT FROM n.created_at OR NOT (
              EXISTS (SELECT 1 FROM said s WHERE s.by = t.superseded_by::text AND s.id = t.id::text)
              OR EXISTS (SELECT 1 FROM whole w WHERE w.by = t.superseded_by::text
                            AND n.created_at >= t.created_at AND n.label IS NOT DISTINCT FROM t.label)
              OR EXISTS (SELECT 1 FROM events x WHERE x.subject_kind = 'evidence' AND x.subject_id = 'erased'
                            AND x.release_id = t.release_id)
              OR ${isImporting('evidence')}))
          UNION
         SELECT s.id FROM said s LEFT JOIN evidence t ON t.id::text = s.id
          WHERE t.superseded_by::text IS DISTINCT FROM s.by
          LIMIT 1000`,
};

/** The place of the first row that the job recorded: later events are of a version that records digests of rows. */
export const DIGESTED_FROM: Statement = {
  text: `SELECT x.log_id AS log, x.index FROM events e JOIN log_entries x ON x.event_id = e.id
          WHERE e.type = 'imported' AND ${hasRow('e')} ORDER BY x.log_id, x.index LIMIT 1`,
};

/**
 * Events, in pages. `complete`: the event must have what this version records. `$1`: id of the one before, `$2`:
 * maximum number, `$3` and `$4`: log and index of the first complete event, or null.
 */
export const EVENTS: Statement = {
  name: 'verify-events',
  text: `SELECT e.id, e.type, e.subject_kind AS kind, e.data,
                x.event_id IS NULL OR (x.log_id, x.index) >= ($3::int, $4::bigint) AS complete
           FROM events e LEFT JOIN log_entries x ON x.event_id = e.id
          WHERE $1::uuid IS NULL OR e.id > $1 ORDER BY e.id LIMIT $2`,
};

/**
 * Rows that differ from their events, or are missing. Rows from before the events have no such event. Of a row with an
 * erased event, only the digest is compared. `$1`: unreadable events.
 */
export const differingRows = (check: RowCheck): Statement => ({
  text: `SELECT e.subject_id AS id, t IS NULL AS missing
           FROM events e
          CROSS JOIN LATERAL (SELECT e.data::jsonb AS d OFFSET 0) data
           LEFT JOIN ${ROWS[check.kind].table} t ON ${ROWS[check.kind].id} = e.subject_id
          WHERE e.subject_kind = '${check.kind}' AND e.type IN (${types(check)})
            AND e.subject_id <> 'erased' AND e.id <> ALL ($1::uuid[])
            ${check.gone ? `AND NOT (t IS NULL AND ${check.gone})` : ''}
            AND (t IS NULL OR NOT (coalesce(${check.agrees}, false) AND coalesce(${check.later ?? 'true'}, false))
                 AND NOT EXISTS (
                   SELECT 1 FROM events x WHERE ${mayBeAbout('x', 'e')} OR (
                     x.subject_kind = e.subject_kind AND x.subject_id = e.subject_id AND ${isErased('x')})))
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
                t.verdict_hash AS "verdictHash",
                encode(sha256(convert_to(t.results::text, 'UTF8')), 'hex') AS "resultsSha256",
                (SELECT e.data FROM events e WHERE e.subject_kind = 'verdict' AND e.subject_id = t.id::text
                    AND e.type = 'verdict.decided' LIMIT 1) AS data,
                ARRAY(SELECT e.data FROM events e WHERE e.subject_kind = 'verdict' AND e.subject_id = t.id::text
                         AND e.type = 'imported') AS imported
           FROM verdicts t WHERE $1::uuid IS NULL OR t.id > $1 ORDER BY t.id LIMIT $2`,
};

const dataOf = (type: string) => `(SELECT e.data FROM events e
   WHERE e.subject_kind = 'waiver' AND e.subject_id = t.id::text AND e.type = '${type}' LIMIT 1)`;

/** Waivers in order, with the data of their events. `$1`: id of the one before, or null; `$2`: maximum number. */
export const WAIVERS: Statement = {
  name: 'verify-waivers',
  text: `SELECT t.id, t.project_id AS "projectId", t.release_id AS "releaseId", t.rule, t.about, t.purl,
                t.fingerprints, t.reason,
                t.expires_at AS "expiresAt", t.created_at AS "createdAt", t.created_by AS "createdBy",
                t.approved_at AS "approvedAt", t.approved_by AS "approvedBy",
                ${dataOf('waiver.requested')} AS requested, ${dataOf('waiver.approved')} AS approved,
                EXISTS (SELECT 1 FROM events e WHERE e.subject_kind = 'waiver' AND e.project_id = t.project_id
                           AND e.subject_id IN ('erased', t.id::text) AND ${isErased('e')}) AS erased
           FROM waivers t WHERE $1::uuid IS NULL OR t.id > $1 ORDER BY t.id LIMIT $2`,
};
