import type { Statement } from '../../database/sql.js';
import { ofSubject } from '../evidence/index.js';

/** Counts that are kept beside the rows that they count. Each row is a fault. */
export const COUNTS: readonly Statement[] = [
  {
    text: `WITH counted AS (
             SELECT e.release_id, count(*)::int AS reports,
                    sum(COALESCE(e.row_count, COALESCE((e.summary #>> '{components,total}')::bigint, 0)
                                              + COALESCE((e.summary #>> '{findings,total}')::bigint, 0))) AS rows
               FROM evidence e WHERE e.superseded_at IS NULL AND e.retracted_at IS NULL GROUP BY e.release_id
           ), needed AS (SELECT release_id FROM evidence UNION SELECT release_id FROM artifacts)
           SELECT 'release ' || COALESCE(f.release_id, n.release_id)
                  || ': the kept counts of its evidence are not those of its evidence' AS fault
             FROM release_facts f
             FULL JOIN needed n ON n.release_id = f.release_id
             LEFT JOIN counted c ON c.release_id = COALESCE(f.release_id, n.release_id)
             LEFT JOIN releases r ON r.id = f.release_id
            WHERE f.release_id IS NULL OR r.project_id IS DISTINCT FROM f.project_id
               OR (f.reports, f.row_count) IS DISTINCT FROM (COALESCE(c.reports, 0), COALESCE(c.rows, 0))
            LIMIT 1000`,
  },
  {
    text: `SELECT 'release ' || release_id
                  || ': facts are kept for a state of its evidence that has not come yet' AS fault
             FROM release_facts WHERE facts_of > changes OR (facts_of IS NULL) <> (facts IS NULL)
               OR (facts_engine IS NULL) <> (facts IS NULL) LIMIT 1000`,
  },
  {
    text: `WITH counted AS (
             SELECT e.id, e.row_count,
                    (e.summary #>> '{components,total}')::bigint AS said_components,
                    (e.summary #>> '{findings,total}')::bigint AS said_findings,
                    (e.summary #>> '{claims,total}')::bigint AS said_claims,
                    c.n AS components, c.subjects, f.n AS findings, k.n AS claims, c.more + f.more AS more
               FROM evidence e
              CROSS JOIN LATERAL (SELECT count(*) AS n, COALESCE(sum(cardinality(t.licences)), 0) AS more,
                                         count(*) FILTER (WHERE ${ofSubject('t')}) AS subjects
                                    FROM components t WHERE t.evidence_id = e.id) c
              CROSS JOIN LATERAL (SELECT count(*) AS n, COALESCE(sum(cardinality(t.aliases)), 0) AS more
                                    FROM findings t WHERE t.evidence_id = e.id) f
              CROSS JOIN LATERAL (SELECT count(*) AS n FROM claims t WHERE t.evidence_id = e.id) k
           )
           SELECT 'evidence ' || id || ': it does not have as many rows as its document' AS fault FROM counted
            WHERE said_components <> components - subjects OR said_findings <> findings OR said_claims <> claims
               OR row_count <> components + findings + claims + more
            LIMIT 1000`,
  },
  {
    text: `SELECT 'project ' || COALESCE(u.project_id, d.project_id) 
                  || ': the kept size of its documents is not their size'
                  AS fault
             FROM project_usage u
             FULL JOIN (SELECT project_id, sum(size) FILTER (
                           WHERE EXISTS (SELECT 1 FROM document_chunks c
                                          WHERE c.project_id = x.project_id AND c.sha256 = x.sha256)
                              OR NOT EXISTS (SELECT 1 FROM document_removals r
                                              WHERE r.project_id = x.project_id AND r.sha256 = x.sha256)) AS bytes
                           FROM documents x GROUP BY project_id) d
                    ON d.project_id = u.project_id
            WHERE u.document_bytes IS DISTINCT FROM COALESCE(d.bytes, 0)
            LIMIT 1000`,
  },
  {
    text: `SELECT 'approval ' || a.id || ': the kept note that it is void is not what the decision says' AS fault
             FROM approvals a
             LEFT JOIN approval_states s ON s.approval_id = a.id
             JOIN release_decisions h ON h.release_id = a.release_id AND h.environment = a.environment
             JOIN verdicts v ON v.id = h.verdict_id
            CROSS JOIN LATERAL (
              SELECT bool_or(one ->> 'state' = 'void') AS void
                FROM jsonb_path_query(v.results, '$[*].approvals[*]') one
               WHERE one ->> 'id' = a.id::text AND one ->> 'state' <> 'rejects') said
            WHERE said.void IS NOT NULL AND said.void <> COALESCE(s.is_void, false)
            LIMIT 1000`,
  },
  {
    text: `SELECT 'approval ' || s.approval_id
                  || ': the kept note that it is void has no approval, or no event' AS fault
             FROM approval_states s LEFT JOIN approvals a ON a.id = s.approval_id
            WHERE a.id IS NULL OR NOT EXISTS (
                    SELECT 1 FROM events e WHERE e.subject_kind = 'approval' AND e.type = 'approval.voided'
                       AND (e.subject_id = a.id::text OR (e.subject_id = 'erased' AND e.release_id = a.release_id)))
            LIMIT 1000`,
  },
  {
    text: `SELECT 'deployment ' || COALESCE(d.id, t.deployment_id)
                  || ': the kept note that its allow does not count is not what the records before it say' AS fault
             FROM deployments d FULL JOIN deployment_doubts t ON t.deployment_id = d.id
            WHERE d.id IS NULL OR deployment_is_in_doubt(d) <> (t.deployment_id IS NOT NULL)
            LIMIT 1000`,
  },
  {
    text: `SELECT 'break-glass ' || COALESCE(b.id, t.break_glass_id)
                  || ': the kept note that its review does not count is not what the links say' AS fault
             FROM break_glasses b
             FULL JOIN break_glass_own_reviews t ON t.break_glass_id = b.id AND t.reviewed_at = b.reviewed_at
            WHERE (b.id IS NULL AND NOT EXISTS (SELECT 1 FROM break_glasses o
                                                 WHERE o.id = t.break_glass_id AND o.reviewed_at > t.reviewed_at))
               OR (b.id IS NOT NULL AND is_own_review(b) <> (t.break_glass_id IS NOT NULL))
            LIMIT 1000`,
  },
  {
    text: `SELECT 'brief ' || b.sha256 || ' of release ' || b.release_id || ': it was changed' AS fault
             FROM decision_briefs b LEFT JOIN releases r ON r.id = b.release_id
            WHERE b.sha256 <> encode(sha256(convert_to(b.risk, 'UTF8')), 'hex')
               OR r.project_id IS DISTINCT FROM b.project_id
            UNION ALL
           SELECT 'approval ' || a.id || ': the brief that the person saw is missing' FROM approvals a
            WHERE NOT EXISTS (SELECT 1 FROM decision_briefs b WHERE b.release_id = a.release_id
                                 AND b.environment = a.environment AND b.sha256 = a.seen)
            LIMIT 1000`,
  },
];

/** Facts that a later version of the engine computed, and this one does not use. `$1`: the engine. */
export const LATER_FACTS: Statement = {
  text: `SELECT release_id AS id FROM release_facts WHERE facts_engine > $1 LIMIT 1000`,
};

/** Facts that this version would use. `$1`: its engine, `$2`: id of the one before, or null; `$3`: maximum number. */
export const KEPT_FACTS: Statement = {
  text: `SELECT release_id AS id, facts FROM release_facts
          WHERE facts_of = changes AND facts_engine = $1 AND facts IS NOT NULL
            AND ($2::uuid IS NULL OR release_id > $2) ORDER BY release_id LIMIT $3`,
};

/** Reasons that are not those of their events. `$1`: unreadable events. */
export const REASONS: Statement = {
  text: `WITH said AS (
           SELECT e.id, e.data::jsonb ->> 'reasonSha256' AS sha256 FROM events e
            WHERE e.type IN ('log.recovered', 'log.erased') AND e.id <> ALL ($1::uuid[])
         )
         SELECT COALESCE(s.id, r.event_id) AS id
           FROM said s FULL JOIN log_reasons r ON r.event_id = s.id
          WHERE s.sha256 IS DISTINCT FROM encode(sha256(convert_to(r.reason, 'UTF8')), 'hex')
          LIMIT 1000`,
};
