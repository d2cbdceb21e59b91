import type { RowCheck } from './row-checks.js';
import {
  ACTOR,
  CURRENT,
  LATEST,
  REVIEW,
  REVIEWED,
  same,
  sameIfThere,
  sameText,
} from './row-conditions.sql.js';

/** Projects, their releases, and what is below a release. */
export const PROJECT_CHECKS: readonly RowCheck[] = [
  {
    kind: 'project',
    created: ['project.created'],
    agrees: 'true',
    later: `to_jsonb(t.status) = ${CURRENT('project.updated', 'status')}
            AND COALESCE(to_jsonb(t.key), 'null') = COALESCE(${CURRENT('project.updated', 'key')}, 'null')`,
    gone: `EXISTS (SELECT 1 FROM events x WHERE x.subject_kind = 'project' AND x.subject_id = e.subject_id
                      AND x.type = 'project.deleted')`,
    project: 't.id',
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
    kind: 'legal-hold',
    created: ['legal-hold.placed'],
    agrees: `t.project_id = e.project_id AND ${same('t.release_id::text', 'release')} AND t.created_by = e.actor`,
    later: `t.lifted_by IS NOT DISTINCT FROM ${ACTOR('legal-hold.lifted')}`,
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
];
