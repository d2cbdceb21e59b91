import { CURRENT } from '../inventory/index.js';

/**
 * All that a verdict is about, but for what only some rules need, in one statement and so in one snapshot. `$1`: the
 * release, `$2`: the environment, `$3`: null, or the version of each policy to try instead (`{name: version}`).
 * `$4`: the version of the rules. No row: there is no such release, or no such environment.
 */
export const COLLECT = {
  name: 'verdict-collect',
  text: `
    SELECT r.id, r.project_id AS "projectId", r.version, r.commit, r.state, r.revoked_reason AS "revokedReason",
           n.name AS environment,
           CASE WHEN f.facts_of = f.changes AND f.facts_engine = $4 THEN f.facts END AS facts,
           (SELECT COALESCE(jsonb_agg(jsonb_build_object('name', a.name, 'sha256', a.sha256, 'purl', a.purl)), '[]')
              FROM artifacts a WHERE a.release_id = r.id) AS artifacts,
           (SELECT COALESCE(jsonb_agg(jsonb_build_object(
                     'id', e.id, 'kind', e.kind, 'label', e.label, 'artifact', e.artifact_sha256,
                     'sha256', e.received_sha256, 'storedSha256', e.stored_sha256,
                     'parserVersion', e.parser_version, 'mayAbsolve', e.may_absolve,
                     'claimsPlace', CASE WHEN e.absolves THEN (
                       SELECT count(*) FROM evidence other
                        WHERE other.release_id = e.release_id AND other.absolves AND other.id < e.id
                          AND other.superseded_at IS NULL AND other.retracted_at IS NULL) END,
                     'artifactsSeen', CASE WHEN e.kind = 'openvex' AND e.may_absolve THEN (
                       SELECT count(*) FROM artifacts seen
                        WHERE seen.release_id = e.release_id AND seen.created_at <= e.last_received_at) END,
                     'shows', COALESCE(e.summary -> 'shows', '[]'),
                     'tests', (e.summary -> 'tests') - 'failed',
                     'ageSeconds', extract(epoch FROM now() - e.last_received_at)::float8)), '[]')
              FROM evidence e WHERE e.release_id = r.id AND ${CURRENT}) AS evidence,
           (SELECT COALESCE(jsonb_agg(jsonb_build_object(
                     'name', wanted.name, 'version', COALESCE(p.version, wanted.version, 0), 'sha256', p.sha256,
                     'rules', COALESCE(p.rules, '[]'))), '[]')
              FROM (
                SELECT value AS guard FROM jsonb_array_elements(n.policies)
                UNION ALL
                SELECT jsonb_build_object('name', tried.key) FROM jsonb_each($3::jsonb) AS tried
                 WHERE NOT EXISTS (SELECT 1 FROM jsonb_array_elements(n.policies) AS g WHERE g ->> 'name' = tried.key)
              ) AS guards
              CROSS JOIN LATERAL (
                SELECT COALESCE(guard ->> 'name', guard::text) AS name,
                       COALESCE(($3::jsonb ->> (guard ->> 'name'))::int, (guard ->> 'version')::int) AS version) wanted
              LEFT JOIN policy_versions p
                     ON p.policy_name = wanted.name
                    AND p.version = COALESCE(wanted.version, (SELECT max(latest.version) FROM policy_versions latest
                                                               WHERE latest.policy_name = wanted.name))) AS policies,
           (SELECT COALESCE(jsonb_agg(jsonb_build_object(
                     'id', w.id, 'rule', w.rule, 'purl', w.purl, 'releaseId', w.release_id,
                     'expiresAt', w.expires_at, 'approvedBy', w.approved_by)), '[]')
              FROM waivers w
             WHERE w.project_id = r.project_id AND (w.release_id IS NULL OR w.release_id = r.id)
               AND w.approved_by IS NOT NULL AND w.revoked_by IS NULL AND w.expires_at > now()) AS waivers,
           (SELECT jsonb_build_object('id', running.id, 'version', running.version)
              FROM deployments d JOIN releases running ON running.id = d.release_id
             WHERE d.environment = n.name AND d.project_id = r.project_id
             ORDER BY d.id DESC LIMIT 1) AS running
      FROM releases r
      JOIN environments n ON n.name = $2
      LEFT JOIN release_facts f ON f.release_id = r.id
     WHERE r.id = $1`,
};

/**
 * SHA-256 of the evidence of the running release that counts, whatever its order. Of what takes findings away also which
 * one it is and when it last came: that decides between several, and which artifacts it could see. `$1`: the release.
 */
export const RUNNING_EVIDENCE = {
  name: 'verdict-running-evidence',
  text: `SELECT encode(sha256(convert_to(COALESCE(string_agg(content, ',' ORDER BY content COLLATE "C"), ''), 'UTF8')),
                       'hex') AS evidence
           FROM (SELECT DISTINCT jsonb_build_array(e.kind, e.label, e.artifact_sha256, e.received_sha256,
                                                   e.stored_sha256, e.parser_version, e.may_absolve,
                                                   CASE WHEN e.absolves THEN e.id END,
                                                   CASE WHEN e.absolves THEN extract(epoch FROM e.last_received_at)
                                                   END)::text AS content
                   FROM evidence e WHERE e.release_id = $1 AND ${CURRENT}) counting`,
};

/** The stored verdict of the same inputs. `$1`: release, `$2`: environment, `$3`: hash of the inputs. */
export const FIND_VERDICT = {
  name: 'verdict-find',
  text: `SELECT id, decision, results, evaluated_at AS "evaluatedAt", created_by AS "createdBy"
           FROM verdicts WHERE release_id = $1 AND environment = $2 AND inputs_hash = $3`,
};

/** Releases that an artifact belongs to. `$1`: digest, `$2`: a project or null, `$3`: the caller's projects or null. */
export const FIND_RELEASES = {
  name: 'verdict-releases',
  text: `SELECT release_id AS id FROM artifacts
          WHERE sha256 = $1 AND ($2::int IS NULL OR project_id = $2) AND ($3::int[] IS NULL OR project_id = ANY ($3))
          ORDER BY release_id LIMIT 101`,
};
