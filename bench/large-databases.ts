import pg from 'pg';

/** Releases whose decisions read many rows. Each is the only one of the project with this id. */
export const LARGE = {
  licences: 1,
  findings: 2,
  reports: 3,
  components: 4,
} as const;

/** Small releases, whose decisions must not wait for large ones. Their numbers follow those of `LARGE`. */
const SMALL = { first: 5, count: 200, components: 200 };

const RELEASE = (n: number) => `0198aaaa-0000-7000-8000-${String(n).padStart(12, '0')}`;
const EVIDENCE = (n: number, i: string) =>
  `('0199${String(n).padStart(4, '0')}-0000-7000-8000-' || lpad(to_hex(${i}), 12, '0'))::uuid`;

/** Ids of the releases: of `LARGE`, and of the small ones. */
export const largeRelease = (name: keyof typeof LARGE) => RELEASE(LARGE[name]);
export const smallRelease = RELEASE(SMALL.first);

const evidence = (n: number, kind: string, shows: string, count = 1, first = 1) => `
  INSERT INTO evidence (id, project_id, release_id, kind, label, parser_version, media_type, received_sha256,
                        stored_sha256, size, summary, may_absolve, absolves, created_by)
  SELECT ${EVIDENCE(n, 'i')}, ${n}, '${RELEASE(n)}', '${kind}', '${kind}-' || i, 1, 'application/json',
         encode(sha256(i::text::bytea), 'hex'), repeat('a', 64), 1,
         '{"shows": ["${shows}"], "coverage": [{"what": "${shows}", "ran": true}]}'::jsonb, false, false, 'bench'
    FROM generate_series(${first}, ${first + count - 1}) AS i`;

const components = (n: number, total: number, licences: string, documents = 1) => `
  INSERT INTO components (project_id, release_id, evidence_id, ordinal, type, name, version, purl, key, licences)
  SELECT ${n}, '${RELEASE(n)}', ${EVIDENCE(n, `1 + c % ${documents}`)}, c, 'library', 'name-' || c, '1.0.' || c % 100,
         'pkg:npm/%40scope/name-' || c || '@1.0.' || c % 100, 'pkg:npm/%40scope/name-' || c, ${licences}
    FROM generate_series(0, ${total - 1}) AS c`;

const findings = (n: number, total: number, aliases: number) => `
  INSERT INTO findings (project_id, release_id, evidence_id, ordinal, type, severity, rule, aliases, purl,
                        purl_key, package_name, package_version, fingerprint)
  SELECT ${n}, '${RELEASE(n)}', ${EVIDENCE(n, '1')}, f, 'vulnerability', 'medium', 'CVE-2025-' || 10000 + f,
         ARRAY(SELECT 'GHSA-' || f || '-' || a FROM generate_series(1, ${aliases}) AS a),
         'pkg:npm/common-' || f || '@1.0.0', 'pkg:npm/common-' || f, 'common-' || f, '1.0.0', sha256(f::text::bytea)
    FROM generate_series(0, ${total - 1}) AS f`;

const smallOnes = Array.from({ length: SMALL.count }, (_none, i) => SMALL.first + i);

const policy = (name: string, rules: object[]) => [
  `INSERT INTO policies (id, name, created_by) VALUES (gen_random_uuid(), '${name}', 'bench')`,
  `INSERT INTO policy_versions (policy_name, version, rules, sha256, created_by)
   VALUES ('${name}', 1, '${JSON.stringify(rules)}', repeat('c', 64), 'bench')`,
  `INSERT INTO environments (name, rank, policies, created_by, updated_by)
   VALUES ('${name}', 50, '[{"name": "${name}"}]', 'bench', 'bench')`,
];

export const SIZES = { components: 800_000, findings: 200_000, reports: 3005 };

/** Statements that insert the releases, and environments whose rules need all rows of them. */
export const seedLarge = (sizes: typeof SIZES): string[] => [
  `SET session_replication_role = replica`,
  ...[...Object.values(LARGE), ...smallOnes].flatMap((n) => [
    `INSERT INTO projects (id, name) VALUES (${n}, 'large ${n}')`,
    `INSERT INTO documents (project_id, sha256, size, gzip_size) VALUES (${n}, repeat('a', 64), 1, 1)`,
    `INSERT INTO releases (id, project_id, version, commit, created_by, updated_by)
     VALUES ('${RELEASE(n)}', ${n}, '1.0.0', repeat('b', 40), 'bench', 'bench')`,
  ]),
  evidence(LARGE.licences, 'cyclonedx', 'components'),
  components(
    LARGE.licences,
    3000,
    `ARRAY(SELECT 'Licence ' || c || ' of ' || l FROM generate_series(1, 40) AS l)`,
  ),
  evidence(LARGE.findings, 'grype', 'vulnerability'),
  findings(LARGE.findings, sizes.findings, 49),
  evidence(LARGE.reports, 'grype', 'vulnerability', sizes.reports),
  evidence(LARGE.components, 'cyclonedx', 'components', 4),
  components(LARGE.components, sizes.components, `'{MIT}'`, 4),
  ...smallOnes.flatMap((n) => [
    evidence(n, 'cyclonedx', 'components'),
    components(n, SMALL.components, `'{MIT}'`),
  ]),
  // What the triggers would have counted.
  `INSERT INTO release_facts (release_id, project_id, reports, row_count)
   SELECT e.release_id, e.project_id, count(*)::int,
          (SELECT count(*) + COALESCE(sum(cardinality(c.licences)), 0)
             FROM components c WHERE c.release_id = e.release_id)
          + (SELECT count(*) + COALESCE(sum(cardinality(f.aliases)), 0)
               FROM findings f WHERE f.release_id = e.release_id)
     FROM evidence e GROUP BY e.release_id, e.project_id`,
  ...policy('licences', [{ rule: 'licences', mode: 'block', allow: ['MIT', 'Apache-2.0'] }]),
  ...policy('findings', [{ rule: 'max-findings', mode: 'block', severity: 'high' }]),
  'RESET session_replication_role',
  'VACUUM (ANALYZE)',
];

/** Inserts the releases into a migrated database. */
export async function addLarge(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
