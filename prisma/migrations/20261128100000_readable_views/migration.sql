-- What a person reads in psql, or in Prisma Studio on its page "SQL", newest first. The server reads the tables.
-- A view shows what its reader may read of the tables, and no more: security_invoker.

-- A page of 25 rows costs 25 look-ups of each index. Where a project's releases run is read once for the whole view.
CREATE VIEW "release_overview" WITH (security_invoker = true) AS
WITH latest AS (
  SELECT DISTINCT ON (environment, project_id) environment, release_id
    FROM deployments ORDER BY environment, project_id, id DESC
), running AS (
  SELECT release_id, string_agg(environment, ', ' ORDER BY environment) AS environments
    FROM latest GROUP BY release_id
)
SELECT p.name AS project, r.version, r.state::text AS state,
       v.decision || ' for ' || v.environment AS last_verdict,
       running.environments AS runs_in,
       (SELECT count(*) FROM evidence e
         WHERE e.release_id = r.id AND e.superseded_at IS NULL AND e.retracted_at IS NULL)::int AS evidence,
       (SELECT count(*) FROM artifacts a WHERE a.release_id = r.id)::int AS artifacts,
       r.branch, r.commit, r.created_at, r.created_by, r.id AS release_id, r.project_id
  FROM releases r
  JOIN projects p ON p.id = r.project_id
  LEFT JOIN running ON running.release_id = r.id
  LEFT JOIN LATERAL (
    SELECT decision::text, environment FROM verdicts
     WHERE project_id = r.project_id AND release_id = r.id ORDER BY id DESC LIMIT 1) v ON true
 ORDER BY r.id DESC;

CREATE VIEW "verdict_overview" WITH (security_invoker = true) AS
SELECT p.name AS project, r.version, v.environment, v.decision::text AS decision,
       (SELECT result ->> 'rule' || ': ' || (result ->> 'message')
          FROM jsonb_array_elements(v.results) WITH ORDINALITY AS results (result, place)
         WHERE (result ->> 'denies')::boolean ORDER BY place LIMIT 1) AS first_reason,
       v.created_by AS who, v.evaluated_at AS "when", v.id AS verdict_id, v.release_id, v.project_id
  FROM verdicts v
  JOIN releases r ON r.id = v.release_id
  JOIN projects p ON p.id = v.project_id
 ORDER BY v.id DESC;

-- Each finding once, with the evidence that reports it. Whether a claim or a waiver excuses it, the API says.
CREATE VIEW "finding_overview" WITH (security_invoker = true) AS
SELECT p.name AS project, r.version, f.severity::text AS severity, f.type::text AS type, f.rule,
       f.package_name AS package, f.package_version AS installed, f.fixed_version AS fixed_in,
       CASE WHEN f.line IS NULL THEN f.location ELSE f.location || ':' || f.line END AS location,
       f.title, e.kind AS reported_by,
       e.superseded_at IS NULL AND e.retracted_at IS NULL AS counts,
       e.last_received_at AS received_at, f.evidence_id, f.ordinal, f.release_id, f.project_id
  FROM findings f
  JOIN evidence e ON e.id = f.evidence_id
  JOIN releases r ON r.id = f.release_id
  JOIN projects p ON p.id = f.project_id
 ORDER BY f.evidence_id DESC, f.severity, f.ordinal;
