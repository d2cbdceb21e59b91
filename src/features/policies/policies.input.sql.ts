/** SQL of versions to evaluate instead (`{name: version}`), also of policies that do not guard the environment. */
const withTried = (tried: string) => `
      UNION ALL
      SELECT jsonb_build_object('name', tried.key) FROM jsonb_each(${tried}::jsonb) AS tried
       WHERE NOT EXISTS (SELECT 1 FROM jsonb_array_elements(n.policies) AS g WHERE g ->> 'name' = tried.key)`;

const triedVersion = (tried: string) => `(${tried}::jsonb ->> (guard ->> 'name'))::int`;

/**
 * Input of verdicts: the policies that guard the environment `n`, with their rules. A policy without `sha256` does not
 * exist. The version is looked up by the index for each guard: a join reads the versions of all policies.
 * @param tried SQL parameter: the versions to evaluate instead (`{name: version}`)
 */
export const policiesInput = (tried?: string) => `(
  SELECT COALESCE(jsonb_agg(jsonb_build_object(
           'name', wanted.name, 'version', COALESCE(p.version, wanted.version, 0), 'sha256', p.sha256,
           'rules', COALESCE(p.rules, '[]'))), '[]')
    FROM (SELECT value AS guard FROM jsonb_array_elements(n.policies)${tried ? withTried(tried) : ''}) AS guards
    CROSS JOIN LATERAL (
      SELECT COALESCE(guard ->> 'name', guard::text) AS name,
             COALESCE(${tried ? `${triedVersion(tried)}, ` : ''}(guard ->> 'version')::int) AS version) wanted
    LEFT JOIN LATERAL (
      SELECT one.version, one.sha256, one.rules FROM policy_versions one
       WHERE one.policy_name = wanted.name AND (wanted.version IS NULL OR one.version = wanted.version)
       ORDER BY one.version DESC LIMIT 1) p ON true)`;
