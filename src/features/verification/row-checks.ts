import type { ImportedKind } from '../../events/index.js';
import { latestFirst } from './latest.sql.js';

/** How the rows of a table are compared with the events that created and changed them. */
export interface RowCheck {
  readonly kind: ImportedKind;
  /** Types of the event that created the row. */
  readonly created: readonly string[];
  /** Condition over the row `t` and the data `d` of that event: they agree. */
  readonly agrees: string;
  /** Condition over the row `t` that later events explain. */
  readonly later?: string;
  /** Condition over the event `e` and its data `d` that the row was deleted since, as the server does. */
  readonly gone?: string;
  /** Condition over the row `t` that an event of another kind created it. */
  readonly createdElsewhere?: string;
  /** Expression over the row `t`: its project. Default: the column of that name. */
  readonly project?: string;
}

/** A value of the latest event of a type about the same subject. Null: there is none. */
const LATEST = (type: string, value: string) =>
  `(SELECT ${value} FROM events x WHERE x.subject_kind = e.subject_kind AND x.subject_id = e.subject_id
      AND x.type = '${type}' AND x.id <> ALL ($1::uuid[]) ORDER BY ${latestFirst('x')} LIMIT 1)`;
const ACTOR = (type: string) => LATEST(type, 'x.actor');
/** The latest value of a member that later events change, or that of the first. */
const CURRENT = (type: string, member: string) =>
  `COALESCE((SELECT x.data::jsonb -> '${member}' -> 'after' FROM events x
              WHERE x.subject_kind = e.subject_kind AND x.subject_id = e.subject_id AND x.type = '${type}'
                AND x.id <> ALL ($1::uuid[]) AND x.data::jsonb ? '${member}' ORDER BY ${latestFirst('x')} LIMIT 1),
            d -> '${member}')`;

/** The digest in the event of a review. */
const REVIEWED = LATEST('break-glass.reviewed', `x.data::jsonb ->> 'reviewSha256'`);

const same = (column: string, member: string) => `${column} IS NOT DISTINCT FROM d ->> '${member}'`;
/** Events of earlier versions of the server do not have the member. */
const sameIfThere = (column: string, member: string) =>
  `(NOT d ? '${member}' OR ${same(column, member)})`;
/** The text has the digest, in lower-case hexadecimal. */
const sameText = (column: string, digest: string) =>
  `encode(sha256(convert_to(${column}, 'UTF8')), 'hex') IS NOT DISTINCT FROM ${digest}`;
/** The review of a break-glass as canonical JSON. */
const REVIEW = `'{"actions":' || to_json(t.actions) || ',"by":' || to_json(t.reviewed_by) ||
  ',"finding":' || to_json(t.finding) || '}'`;
/** Projects of a token, an issuer, a window or a stop. */
const PROJECTS = `CASE WHEN t.every_project THEN 'null'::jsonb ELSE to_jsonb(t.project_ids) END = d -> 'projects'`;
/** A list of scopes and the projects of a token or an issuer. */
const GRANT = `to_jsonb(t.scopes) = d -> 'scopes' AND ${PROJECTS}`;

const NO_PROJECT = 'NULL::int';

export const ROW_CHECKS: readonly RowCheck[] = [
  {
    kind: 'project',
    created: ['project.created'],
    agrees: 'true',
    later: `to_jsonb(t.status) = ${CURRENT('project.updated', 'status')}`,
    gone: `EXISTS (SELECT 1 FROM events x WHERE x.subject_kind = 'project' AND x.subject_id = e.subject_id
                      AND x.type = 'project.deleted')`,
    project: 't.id',
  },
  {
    kind: 'policy',
    created: ['policy.created'],
    agrees: `t.created_by = e.actor AND EXISTS (
               SELECT 1 FROM policy_versions v
                WHERE v.policy_name = t.name AND v.version = 1 AND v.sha256 = d ->> 'sha256')`,
    project: NO_PROJECT,
  },
  {
    kind: 'policy-version',
    created: ['policy-version.added'],
    agrees: `t.sha256 = d ->> 'sha256' AND t.created_by = e.actor`,
    createdElsewhere: `t.version = 1 AND EXISTS (
      SELECT 1 FROM events x WHERE x.subject_kind = 'policy' AND x.subject_id = t.policy_name)`,
    project: NO_PROJECT,
  },
  {
    kind: 'release',
    created: ['release.created'],
    agrees: `${same('t.version', 'version')} AND ${same('t.commit', 'commit')}
             AND t.project_id = e.project_id AND t.created_by = e.actor`,
    later: `t.sealed_by IS NOT DISTINCT FROM ${ACTOR('release.sealed')}
            AND t.revoked_by IS NOT DISTINCT FROM ${ACTOR('release.revoked')}
            AND t.state::text = CASE WHEN t.revoked_by IS NOT NULL THEN 'revoked'
                                     WHEN t.sealed_by IS NOT NULL THEN 'sealed' ELSE 'open' END`,
  },
  {
    kind: 'artifact',
    created: ['artifact.added'],
    agrees: `${same('t.sha256', 'sha256')} AND ${same('t.kind', 'kind')} AND t.release_id = e.release_id
             AND t.created_by = e.actor`,
  },
  {
    kind: 'evidence',
    created: ['evidence.received', 'evidence.read-again'],
    agrees: `${same('t.received_sha256', 'receivedSha256')} AND t.release_id = e.release_id
             AND (e.type <> 'evidence.received' OR (${same('t.kind', 'kind')}
               AND ${same('t.stored_sha256', 'storedSha256')} AND t.created_by = e.actor
               AND ${same('t.label', 'label')} AND ${same('t.artifact_sha256', 'artifact')}
               AND t.may_absolve = (d ->> 'mayAbsolve')::boolean))`,
    later: `t.retracted_by IS NOT DISTINCT FROM ${ACTOR('evidence.retracted')}`,
  },
  {
    kind: 'deployment',
    created: ['deployment.recorded'],
    agrees: `${same('t.environment', 'environment')} AND t.release_id = e.release_id AND t.created_by = e.actor
             AND ${sameIfThere('t.decision', 'decision')} AND ${sameIfThere('t.verdict_id::text', 'verdict')}
             AND t."authorization" = coalesce(d ->> 'authorization', 'unknown')`,
    later: `t.ended_by IS NOT DISTINCT FROM
              coalesce(${ACTOR('deployment.succeeded')}, ${ACTOR('deployment.failed')})
            AND (t.ended_by IS NULL OR (t.state = 'succeeded') = (${ACTOR('deployment.succeeded')} IS NOT NULL))`,
  },
  {
    kind: 'window',
    project: NO_PROJECT,
    created: ['window.created'],
    agrees: `${same('t.environment', 'environment')} AND ${same('t.kind', 'kind')}
             AND ${same('t.from_local', 'from')} AND ${same('t.to_local', 'to')}
             AND to_jsonb(t.days) = d -> 'days' AND ${same('t.time_zone', 'timeZone')} AND ${PROJECTS}
             AND t.created_by = e.actor`,
    later: `t.ended_by IS NOT DISTINCT FROM ${ACTOR('window.ended')}`,
  },
  {
    kind: 'stop',
    project: NO_PROJECT,
    created: ['environment.stopped'],
    agrees: `${same('t.environment', 'environment')} AND t.rollbacks = (d ->> 'rollbacks')::boolean
             AND ${PROJECTS} AND t.created_by = e.actor`,
    later: `t.resumed_by IS NOT DISTINCT FROM ${ACTOR('environment.resumed')}`,
  },
  {
    kind: 'waiver',
    created: ['waiver.requested'],
    agrees: `${same('t.rule', 'rule')} AND ${same('t.purl', 'purl')} AND ${same('t.about', 'about')}
             AND t.expires_at = (d ->> 'expiresAt')::timestamptz AND t.created_by = e.actor
             AND t.release_id IS NOT DISTINCT FROM e.release_id AND t.project_id = e.project_id`,
    later: `t.approved_by IS NOT DISTINCT FROM ${ACTOR('waiver.approved')}
            AND t.revoked_by IS NOT DISTINCT FROM ${ACTOR('waiver.revoked')}`,
  },
  {
    kind: 'approval-request',
    created: ['approval.requested'],
    agrees: `to_jsonb(t.environments) = d -> 'environments' AND t.by_gate = (d ->> 'byGate')::boolean
             AND t.ends_at = (d ->> 'endsAt')::timestamptz AND t.release_id = e.release_id
             AND t.requested_by = e.actor`,
  },
  {
    kind: 'approval',
    created: ['approval.given', 'approval.rejected'],
    agrees: `${same('t.environment', 'environment')} AND ${same('t.seen', 'seen')} AND ${same('t.via', 'via')}
             AND t.decision = CASE e.type WHEN 'approval.given' THEN 'approve' ELSE 'reject' END
             AND (jsonb_typeof(d -> 'groups') <> 'array' OR to_jsonb(t.groups) = d -> 'groups')
             AND t.release_id = e.release_id AND t.person = e.actor`,
    later: `t.withdrawn_by IS NOT DISTINCT FROM ${ACTOR('approval.withdrawn')}`,
  },
  {
    kind: 'break-glass',
    created: ['break-glass.requested'],
    agrees: `${same('t.environment', 'environment')} AND ${same('t.requested_via', 'requestedVia')}
             AND to_jsonb(t.minutes) = d -> 'minutes' AND to_jsonb(t.force) = d -> 'force'
             AND ${sameText('t.reason', `d ->> 'reasonSha256'`)}
             AND t.release_id = e.release_id AND t.requested_by = e.actor`,
    later: `t.confirmed_by IS NOT DISTINCT FROM ${ACTOR('break-glass.confirmed')}
            AND t.ends_at IS NOT DISTINCT FROM CASE WHEN t.force
              THEN ${LATEST('break-glass.confirmed', `(x.data::jsonb ->> 'endsAt')::timestamptz`)}
              ELSE ${LATEST('break-glass.opened', `(x.data::jsonb ->> 'endsAt')::timestamptz`)} END
            AND t.ended_by IS NOT DISTINCT FROM ${ACTOR('break-glass.ended')}
            AND t.ended_because IS NOT DISTINCT FROM ${LATEST('break-glass.ended', `x.data::jsonb ->> 'because'`)}
            AND t.reviewed_by IS NOT DISTINCT FROM ${ACTOR('break-glass.reviewed')}
            AND (t.reviewed_by IS NULL OR ${sameText(REVIEW, REVIEWED)})`,
  },
  {
    kind: 'verdict',
    created: ['verdict.decided'],
    agrees: `${same('t.environment', 'environment')} AND ${same('t.decision::text', 'decision')}
             AND ${same('t.inputs_hash', 'inputsHash')} AND t.engine = (d ->> 'engine')::int
             AND ${sameIfThere('t.verdict_hash', 'verdictHash')} AND t.created_by = e.actor
             AND t.release_id = e.release_id`,
  },
  {
    kind: 'environment',
    project: NO_PROJECT,
    created: ['environment.created'],
    agrees: 't.created_by = e.actor',
    later: `to_jsonb(t.rank) = ${CURRENT('environment.updated', 'rank')}
            AND t.policies = ${CURRENT('environment.updated', 'policies')}
            AND to_jsonb(t.after) = COALESCE(${CURRENT('environment.updated', 'after')}, '[]')
            AND COALESCE(to_jsonb(t.sign_in_within_minutes), 'null')
                = COALESCE(${CURRENT('environment.updated', 'signInWithinMinutes')}, 'null')`,
  },
  {
    kind: 'token',
    project: NO_PROJECT,
    created: ['token.created'],
    agrees: `${same('t.subject', 'subject')} AND t.expires_at = (d ->> 'expiresAt')::timestamptz AND ${GRANT}
             AND (NOT d ? 'person' OR to_jsonb(t.person) = d -> 'person')`,
    later: `t.revoked_by IS NOT DISTINCT FROM ${ACTOR('token.revoked')}`,
  },
  {
    kind: 'issuer',
    project: NO_PROJECT,
    created: ['issuer.trusted'],
    agrees: `${same('t.issuer', 'issuer')} AND ${same('t.audience', 'audience')} AND ${GRANT}
             AND ${sameIfThere('t.actor_claim', 'actorClaim')}`,
    later: `t.revoked_by IS NOT DISTINCT FROM ${ACTOR('issuer.revoked')}`,
  },
  {
    kind: 'session',
    project: NO_PROJECT,
    created: ['session.signed-in'],
    agrees: `${same('t.subject', 'login')} AND t.expires_at = (d ->> 'expiresAt')::timestamptz
             AND (jsonb_typeof(d -> 'groups') <> 'array' OR to_jsonb(t.groups) = d -> 'groups')`,
    later: `t.end_reason IS NOT DISTINCT FROM ${LATEST('session.signed-out', `x.data::jsonb ->> 'reason'`)}`,
    gone: `(d ->> 'expiresAt')::timestamptz < now() - interval '30 days'`,
  },
  {
    kind: 'identity',
    project: NO_PROJECT,
    created: ['identity.created'],
    agrees: same('t.subject', 'subject'),
  },
  {
    kind: 'identity-link',
    project: NO_PROJECT,
    created: ['identity.linked'],
    agrees: `${same('t.subject', 'subject')} AND ${same('t.alias', 'alias')} AND t.created_by = e.actor`,
    later: `t.unlink_requested_by IS NOT DISTINCT FROM ${ACTOR('identity.unlink-requested')}
            AND t.unlinked_by IS NOT DISTINCT FROM ${ACTOR('identity.unlinked')}`,
  },
  {
    kind: 'group-grant',
    project: NO_PROJECT,
    created: ['group-grant.created'],
    agrees: `${same('t.group_name', 'group')} AND ${GRANT} AND t.created_by = e.actor`,
    later: `t.revoked_by IS NOT DISTINCT FROM ${ACTOR('group-grant.revoked')}`,
  },
  {
    kind: 'webhook',
    project: NO_PROJECT,
    created: ['webhook.created'],
    agrees: `encode(sha256(convert_to(t.url, 'UTF8')), 'hex') = d ->> 'urlSha256'
             AND to_jsonb(t.events) = d -> 'events' AND ${PROJECTS} AND t.created_by = e.actor`,
    later: `t.revoked_by IS NOT DISTINCT FROM ${ACTOR('webhook.revoked')}
            AND t.rotated_by IS NOT DISTINCT FROM ${ACTOR('webhook.rotated')}
            AND (t.disabled_at IS NOT NULL) = (
              SELECT count(*) FILTER (WHERE x.type = 'webhook.disabled')
                     > count(*) FILTER (WHERE x.type = 'webhook.enabled')
                FROM events x WHERE x.subject_kind = e.subject_kind AND x.subject_id = e.subject_id
                 AND x.id <> ALL ($1::uuid[]))`,
  },
];
