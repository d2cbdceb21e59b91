import type { RowCheck } from './row-checks.js';
import {
  ACTOR,
  CURRENT,
  GRANT,
  LATEST,
  NO_PROJECT,
  PROJECTS,
  same,
  sameIfThere,
} from './row-conditions.sql.js';

/** What is set for all projects: policies, environments, and who may call. */
export const SETTING_CHECKS: readonly RowCheck[] = [
  {
    kind: 'policy',
    created: ['policy.created'],
    agrees: `t.created_by = e.actor AND EXISTS (
               SELECT 1 FROM policy_versions v
                WHERE v.policy_name = t.name AND v.version = 1 AND v.sha256 = d ->> 'sha256')`,
    project: NO_PROJECT,
  },
  {
    kind: 'retention-policy',
    created: ['retention-policy.set'],
    agrees: `COALESCE(to_jsonb(t.days), 'null') = d -> 'days'
             AND COALESCE(to_jsonb(t.deployed_days), 'null') = d -> 'deployedDays' AND t.created_by = e.actor`,
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
