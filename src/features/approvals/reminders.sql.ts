import type { Statement } from '../../database/sql.js';

/** What people said that counts for the rule `asking` in environment `e.name`: `a`, of a member of its groups. */
const said = (decision: 'approve' | 'reject') => `
  FROM approvals a LEFT JOIN approval_states s ON s.approval_id = a.id
 WHERE a.release_id = q.release_id AND a.environment = e.name AND a.decision = '${decision}'
   AND a.withdrawn_at IS NULL AND NOT COALESCE(s.is_void, false)
   AND (NOT asking ? 'groups' OR asking -> 'groups' ?| a.groups
        OR COALESCE(asking -> 'required' ?| a.groups, false))`;

/** A rule of environment `e.name` still waits for approvals: not enough people approved, and nobody rejected. */
const WAITS_FOR_PEOPLE = `EXISTS (
  SELECT 1 FROM environments n
    CROSS JOIN LATERAL jsonb_array_elements(n.policies) guard
    JOIN policy_versions v ON v.policy_name = guard ->> 'name'
         AND v.version = COALESCE((guard ->> 'version')::int,
                                  (SELECT max(latest.version) FROM policy_versions latest
                                    WHERE latest.policy_name = guard ->> 'name'))
    CROSS JOIN LATERAL jsonb_array_elements(v.rules) asking
   WHERE n.name = e.name AND asking ->> 'rule' = 'approvals' AND asking ->> 'mode' IS DISTINCT FROM 'warn'
     AND NOT EXISTS (SELECT 1 ${said('reject')})
     AND ((SELECT count(DISTINCT a.person_key) ${said('approve')}) < COALESCE((asking ->> 'minimum')::int, 1)
          OR EXISTS (SELECT 1 FROM jsonb_array_elements_text(COALESCE(asking -> 'required', '[]')) needed(name)
                      WHERE NOT EXISTS (SELECT 1 ${said('approve')} AND needed.name = ANY (a.groups)))))`;

/** The release is not allowed in environment `e.name`, and was not deployed there since the request. */
export const STILL_WANTED = `
  NOT EXISTS (SELECT 1 FROM release_decisions d
               WHERE d.release_id = q.release_id AND d.environment = e.name AND d.decision = 'allow')
  AND NOT EXISTS (SELECT 1 FROM deployments d
                   WHERE d.release_id = q.release_id AND d.environment = e.name AND d.state = 'succeeded'
                     AND d.created_at >= q.requested_at)`;

/** A request whose reminder is due. */
export interface DueReminder {
  readonly id: string;
  readonly projectId: number;
  readonly releaseId: string;
  readonly requestedBy: string;
  readonly afterHours: number;
  /** Environments that still wait. */
  readonly environments: string[];
}

/**
 * Marks reminders that are due, and returns them. A request that was not looked at in time is reminded of once: the
 * reminder of 24 hours includes that of 4 hours. None is due three days after a request, so that a server that was
 * away for long does not send old ones. `$1`: maximum number.
 */
export const MARK_REMINDERS: Statement = {
  text: `
    WITH due AS MATERIALIZED (
      SELECT q.id, q.project_id, q.release_id, q.requested_by, late.hours, waiting.environments
        FROM approval_requests q
        JOIN releases r ON r.id = q.release_id AND r.state <> 'revoked'
       CROSS JOIN LATERAL (
         SELECT CASE WHEN q.requested_at <= now() - interval '24 hours' THEN 24 ELSE 4 END AS hours) late
       CROSS JOIN LATERAL (
         SELECT array_agg(e.name ORDER BY e.name) AS environments FROM unnest(q.environments) AS e(name)
          WHERE ${STILL_WANTED} AND ${WAITS_FOR_PEOPLE}) waiting
       WHERE q.requested_at > now() - interval '72 hours' AND q.requested_at <= now() - interval '4 hours'
         AND q.ends_at > now() AND waiting.environments IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM approval_reminders x WHERE x.request_id = q.id AND x.after_hours = late.hours)
       ORDER BY q.requested_at LIMIT $1::int
    ), marked AS (
      INSERT INTO approval_reminders (request_id, after_hours)
      SELECT due.id, tier.hours FROM due, unnest(ARRAY[4, 24]) AS tier(hours) WHERE tier.hours <= due.hours
      ON CONFLICT DO NOTHING RETURNING request_id, after_hours
    )
    SELECT due.id, due.project_id AS "projectId", due.release_id AS "releaseId", due.requested_by AS "requestedBy",
           due.hours AS "afterHours", due.environments
      FROM due JOIN marked ON marked.request_id = due.id AND marked.after_hours = due.hours
     ORDER BY due.id`,
};
