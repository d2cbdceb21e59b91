import { REQUEST_DAYS } from './approvals.schemas.js';

/** Environment `e.name` asks for approvals of people in one of the groups `$5`. */
const ASKS_ME = `EXISTS (
  SELECT 1 FROM environments n
    CROSS JOIN LATERAL jsonb_array_elements(n.policies) guard
    JOIN policy_versions v ON v.policy_name = guard ->> 'name'
         AND v.version = COALESCE((guard ->> 'version')::int,
                                  (SELECT max(latest.version) FROM policy_versions latest
                                    WHERE latest.policy_name = guard ->> 'name'))
    CROSS JOIN LATERAL jsonb_array_elements(v.rules) asking
   WHERE n.name = e.name AND asking ->> 'rule' = 'approvals'
     AND (NOT asking ? 'groups' OR asking -> 'groups' ?| $5::text[]
          OR COALESCE(asking -> 'required' ?| $5::text[], false)))`;

/** The person with the names `$6` said nothing that holds about environment `e.name`. */
const NOT_ANSWERED = `NOT EXISTS (
  SELECT 1 FROM approvals a LEFT JOIN approval_states s ON s.approval_id = a.id
   WHERE a.release_id = q.release_id AND a.environment = e.name AND a.person_key = ANY ($6::text[])
     AND a.withdrawn_at IS NULL AND NOT COALESCE(s.is_void, false))`;

/** Days after which a request has ended. Ids are in the order of time, so a list ends there and reads no older one. */
const OLDEST = `(lpad(to_hex(floor(1000 * extract(epoch FROM now() - interval '${REQUEST_DAYS + 1} days'))::bigint),
                      12, '0') || repeat('0', 20))::uuid`;

/**
 * Requests that did not end, newest first: of releases that an environment does not allow yet, and that were not
 * deployed there since. `$1`: projects or null, `$2`: id of the row before the page or null, `$3`: number of rows,
 * `$4`: whether only those that the person can answer, `$5`: its groups, `$6`: its names,
 * `$7`: environment or null, `$8`: release or null, `$9`: who requested or null, `$10` and `$11`: times of the request.
 */
export const WANTED = {
  text: `
    SELECT q.id, q.project_id AS "projectId", q.release_id AS "releaseId", q.environments,
           q.planned_for AS "plannedFor", q.links AS references, q.note, q.by_gate AS "byGate",
           q.requested_at AS "requestedAt", q.requested_by AS "requestedBy", q.ends_at AS "endsAt",
           r.version, p.name AS "projectName"
      FROM approval_requests q
      JOIN releases r ON r.id = q.release_id AND r.state <> 'revoked'
      JOIN projects p ON p.id = q.project_id
     WHERE ($1::int[] IS NULL OR q.project_id = ANY ($1::int[])) AND q.ends_at > now() AND q.id > ${OLDEST}
       AND ($2::uuid IS NULL OR q.id < $2::uuid)
       AND ($8::uuid IS NULL OR q.release_id = $8::uuid) AND ($9::text IS NULL OR q.requested_by = $9::text)
       AND q.requested_at >= $10::timestamptz AND q.requested_at < $11::timestamptz
       AND EXISTS (
         SELECT 1 FROM unnest(q.environments) AS e(name)
          WHERE ($7::text IS NULL OR e.name = $7)
            AND NOT EXISTS (SELECT 1 FROM release_decisions d
                             WHERE d.release_id = q.release_id AND d.environment = e.name AND d.decision = 'allow')
            AND NOT EXISTS (SELECT 1 FROM deployments d
                             WHERE d.release_id = q.release_id AND d.environment = e.name AND d.state = 'succeeded'
                               AND d.created_at >= q.requested_at)
            AND (NOT $4::boolean OR (${NOT_ANSWERED} AND ${ASKS_ME})))
     ORDER BY q.id DESC LIMIT $3::int`,
};
