/**
 * Input of verdicts: the policies that guard the environment `n`, with their rules. A policy without `sha256` does not
 * exist.
 * @param tried SQL parameter: null, or the versions to evaluate instead (`{name: version}`)
 */
export const policiesInput = (tried: string) => `(
  SELECT COALESCE(jsonb_agg(jsonb_build_object(
           'name', wanted.name, 'version', COALESCE(p.version, wanted.version, 0), 'sha256', p.sha256,
           'rules', COALESCE(p.rules, '[]'))), '[]')
    FROM (
      SELECT value AS guard FROM jsonb_array_elements(n.policies)
      UNION ALL
      SELECT jsonb_build_object('name', tried.key) FROM jsonb_each(${tried}::jsonb) AS tried
       WHERE NOT EXISTS (SELECT 1 FROM jsonb_array_elements(n.policies) AS g WHERE g ->> 'name' = tried.key)
    ) AS guards
    CROSS JOIN LATERAL (
      SELECT COALESCE(guard ->> 'name', guard::text) AS name,
             COALESCE((${tried}::jsonb ->> (guard ->> 'name'))::int, (guard ->> 'version')::int) AS version) wanted
    LEFT JOIN policy_versions p
           ON p.policy_name = wanted.name
          AND p.version = COALESCE(wanted.version, (SELECT max(latest.version) FROM policy_versions latest
                                                     WHERE latest.policy_name = wanted.name)))`;
