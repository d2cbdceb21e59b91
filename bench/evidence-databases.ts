import pg from 'pg';

/** A package and a vulnerability that every release of these databases has, and ones that a single release has. */
export const EVERYWHERE = { purl: 'pkg:npm/common-7', cve: 'CVE-2024-10007' };
export const ONCE = { purl: 'pkg:npm/common-7@1.0.5', cve: 'CVE-2025-10005' };

/** Number of components in each of the two releases of the diff. */
const COMPARED = 1000;

const COMMON = { project: 1, digest: `repeat('a', 64)` };

/** SQL for an id that sorts by `n`, as a UUID of version 7 sorts by time. */
const id = (prefix: string, n: string) =>
  `('${prefix}0000-0000-7000-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid`;
const RELEASE = (n: string) => id('0198', n);
const SBOM = (n: string) => id('0199', n);
const SCAN = (n: string) => id('019a', n);

/**
 * Statements that insert a project with so many releases. Each has an SBOM of 40 components and a scan with 20
 * findings; the last two have 1,000 components. Half of the packages and vulnerabilities are in every release.
 */
const seed = (releases: number) => {
  const { project, digest } = COMMON;
  const evidence = (kind: string, ids: string, summary: string) => `
    INSERT INTO evidence (id, project_id, release_id, kind, parser_version, media_type, received_sha256,
                          stored_sha256, size, summary, may_absolve, absolves, created_by)
    SELECT ${ids}, ${project}, ${RELEASE('n')}, '${kind}', 1, 'application/json', ${digest}, ${digest}, 1,
           '${summary}', false, false, 'bench' FROM generate_series(1, ${releases}) AS n`;
  return [
    `SET session_replication_role = replica`,
    `INSERT INTO projects (name) VALUES ('Payment gateway')`,
    `INSERT INTO documents (project_id, sha256, size, gzip_size) VALUES (${project}, ${digest}, 1, 1)`,
    `INSERT INTO releases (id, project_id, version, commit, created_by, updated_by)
     SELECT ${RELEASE('n')}, ${project}, '1.0.' || n, repeat('b', 40), 'bench', 'bench'
       FROM generate_series(1, ${releases}) AS n`,
    evidence('cyclonedx', SBOM('n'), '{"shows": ["components"], "components": {"total": 40}}'),
    evidence('grype', SCAN('n'), '{"shows": ["vulnerability"], "findings": {"total": 20}}'),
    `INSERT INTO components (project_id, release_id, evidence_id, ordinal, type, name, version, purl, key, licences)
     SELECT ${project}, ${RELEASE('n')}, ${SBOM('n')}, c, 'library', name, '1.0.' || n,
            'pkg:npm/' || name || '@1.0.' || n, 'pkg:npm/' || name, '{MIT}'
       FROM generate_series(1, ${releases}) AS n,
            generate_series(0, CASE WHEN n > ${releases - 2} THEN ${COMPARED - 1} ELSE 39 END) AS c,
            LATERAL (SELECT CASE WHEN c < 20 OR n > ${releases - 2} THEN 'common-' || c
                                 ELSE 'own-' || n || '-' || c END AS name) names`,
    `INSERT INTO findings (project_id, release_id, evidence_id, ordinal, type, severity, rule, aliases, purl,
                           purl_key, package_name, package_version, fingerprint)
     SELECT ${project}, ${RELEASE('n')}, ${SCAN('n')}, f, 'vulnerability',
            (ARRAY['critical', 'high', 'medium', 'low'])[1 + f % 4]::severity, rule, '{}',
            'pkg:npm/common-' || f || '@1.0.' || n, 'pkg:npm/common-' || f, 'common-' || f, '1.0.' || n,
            sha256((rule || f)::bytea)
       FROM generate_series(1, ${releases}) AS n, generate_series(0, 19) AS f,
            LATERAL (SELECT CASE WHEN f < 10 THEN 'CVE-2024-' || 10000 + f
                                 ELSE 'CVE-2025-' || 10000 + n + (f - 10) * 100000 END AS rule) rules`,
    'RESET session_replication_role',
    'VACUUM (ANALYZE) components, findings, evidence, releases',
  ];
};

/** Inserts the releases into a migrated database. */
export async function addReleases(url: string, releases: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of seed(releases)) await client.query(statement);
  } finally {
    await client.end();
  }
}

const text = (prefix: string, n: number) =>
  `${prefix}0000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;

/** Returns the id of the release with this number. */
export const releaseId = (n: number) => text('0198', n);
