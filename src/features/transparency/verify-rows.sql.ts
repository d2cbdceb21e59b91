import type { Statement } from '../../database/sql.js';

/** How the rows of a table are compared with the events that created and changed them. */
export interface RowCheck {
  readonly kind: string;
  readonly table: string;
  /** Expression over the row `t`: the id of the event's subject. */
  readonly id: string;
  /** Types of the event that created the row. */
  readonly created: readonly string[];
  /** Condition over the row `t` and the data `d` of that event: they agree. */
  readonly agrees: string;
  /** Condition over the row `t` that later events explain. `event(type)` is the actor of the latest one. */
  readonly later?: string;
}

const ACTOR = (type: string) =>
  `(SELECT x.actor FROM events x WHERE x.subject_kind = e.subject_kind AND x.subject_id = e.subject_id
      AND x.type = '${type}' ORDER BY x.id DESC LIMIT 1)`;

const same = (column: string, member: string) => `${column} IS NOT DISTINCT FROM d ->> '${member}'`;

export const ROW_CHECKS: readonly RowCheck[] = [
  {
    kind: 'release',
    table: 'releases',
    id: 't.id::text',
    created: ['release.created'],
    agrees: `${same('t.version', 'version')} AND ${same('t.commit', 'commit')}
             AND t.project_id = e.project_id AND t.created_by = e.actor`,
    later: `t.sealed_by IS NOT DISTINCT FROM ${ACTOR('release.sealed')}
            AND t.revoked_by IS NOT DISTINCT FROM ${ACTOR('release.revoked')}`,
  },
  {
    kind: 'artifact',
    table: 'artifacts',
    id: 't.id::text',
    created: ['artifact.added'],
    agrees: `${same('t.sha256', 'sha256')} AND ${same('t.kind', 'kind')} AND t.release_id = e.release_id`,
  },
  {
    kind: 'evidence',
    table: 'evidence',
    id: 't.id::text',
    created: ['evidence.received', 'evidence.read-again'],
    agrees: `${same('t.received_sha256', 'receivedSha256')} AND t.release_id = e.release_id
             AND (e.type <> 'evidence.received' OR (${same('t.kind', 'kind')}
               AND ${same('t.stored_sha256', 'storedSha256')}
               AND t.may_absolve = (d ->> 'mayAbsolve')::boolean))`,
    later: `t.retracted_by IS NOT DISTINCT FROM ${ACTOR('evidence.retracted')}`,
  },
  {
    kind: 'deployment',
    table: 'deployments',
    id: 't.id::text',
    created: ['deployment.recorded'],
    agrees: `${same('t.environment', 'environment')} AND t.release_id = e.release_id AND t.created_by = e.actor`,
  },
  {
    kind: 'waiver',
    table: 'waivers',
    id: 't.id::text',
    created: ['waiver.requested'],
    agrees: `${same('t.rule', 'rule')} AND ${same('t.purl', 'purl')} AND ${same('t.about', 'about')}
             AND t.expires_at = (d ->> 'expiresAt')::timestamptz AND t.created_by = e.actor
             AND t.release_id IS NOT DISTINCT FROM e.release_id AND t.project_id = e.project_id`,
    later: `t.approved_by IS NOT DISTINCT FROM ${ACTOR('waiver.approved')}
            AND t.revoked_by IS NOT DISTINCT FROM ${ACTOR('waiver.revoked')}`,
  },
  {
    kind: 'approval-request',
    table: 'approval_requests',
    id: 't.id::text',
    created: ['approval.requested'],
    agrees: `to_jsonb(t.environments) = d -> 'environments' AND t.by_gate = (d ->> 'byGate')::boolean
             AND t.ends_at = (d ->> 'endsAt')::timestamptz AND t.release_id = e.release_id
             AND t.requested_by = e.actor`,
  },
  {
    kind: 'approval',
    table: 'approvals',
    id: 't.id::text',
    created: ['approval.given', 'approval.rejected'],
    agrees: `${same('t.environment', 'environment')} AND ${same('t.seen', 'seen')} AND ${same('t.via', 'via')}
             AND t.decision = CASE e.type WHEN 'approval.given' THEN 'approve' ELSE 'reject' END
             AND (jsonb_typeof(d -> 'groups') <> 'array' OR to_jsonb(t.groups) = d -> 'groups')
             AND t.release_id = e.release_id AND t.person = e.actor`,
    later: `t.withdrawn_by IS NOT DISTINCT FROM ${ACTOR('approval.withdrawn')}`,
  },
  {
    kind: 'verdict',
    table: 'verdicts',
    id: 't.id::text',
    created: ['verdict.decided'],
    agrees: `${same('t.environment', 'environment')} AND ${same('t.decision::text', 'decision')}
             AND ${same('t.inputs_hash', 'inputsHash')} AND t.engine = (d ->> 'engine')::int
             AND t.release_id = e.release_id`,
  },
];

/** A row that has an event, whichever, was seen by the log. */
const seen = ({ kind, id }: RowCheck) =>
  `EXISTS (SELECT 1 FROM events x WHERE x.subject_kind = '${kind}' AND x.subject_id = ${id})`;

/** An erased event may have created it. */
const mayBeErased = ({ kind }: RowCheck) =>
  `EXISTS (SELECT 1 FROM events x WHERE x.subject_kind = '${kind}' AND x.subject_id = 'erased'
                                    AND x.project_id IS NOT DISTINCT FROM t.project_id)`;

const types = ({ created }: RowCheck) => created.map((type) => `'${type}'`).join(', ');

/** The job has not recorded the rows from before the events yet. */
const isImporting = (...kinds: string[]) =>
  `EXISTS (SELECT 1 FROM event_imports i WHERE i.kind IN (${kinds.map((kind) => `'${kind}'`).join(', ')}))`;

/** Kinds whose rows from before the events are not recorded yet. */
export const IMPORTING: Statement = { text: 'SELECT kind FROM event_imports ORDER BY kind' };

/** Rows that no event knows. */
export const addedRows = (check: RowCheck): Statement => ({
  text: `SELECT ${check.id} AS id FROM ${check.table} t
          WHERE NOT ${seen(check)} AND NOT ${mayBeErased(check)} AND NOT ${isImporting(check.kind)} LIMIT 1000`,
});

/** Rows that differ from their events, or are missing. Rows from before the events have no such event. */
export const differingRows = (check: RowCheck): Statement => ({
  text: `SELECT e.subject_id AS id, t.id IS NULL AS missing
           FROM events e
          CROSS JOIN LATERAL (SELECT e.data::jsonb AS d OFFSET 0) data
           LEFT JOIN ${check.table} t ON ${check.id} = e.subject_id
          WHERE e.subject_kind = '${check.kind}' AND e.type IN (${types(check)})
            AND e.subject_id <> 'erased'
            AND (t.id IS NULL OR NOT coalesce(${check.agrees}, false)
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
