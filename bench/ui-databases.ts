import pg from 'pg';

export interface Views {
  readonly project: number;
  readonly release: string;
  readonly verdict: string;
}

const finding = (n: number) => ({
  VulnerabilityID: `CVE-2025-${1000 + n}`,
  PkgName: `part-${n % 40}`,
  InstalledVersion: '1.0.0',
  Severity: n % 25 === 0 ? 'HIGH' : 'LOW',
  FixedVersion: '1.0.1',
});

const REPORTS = [
  [
    'image-scan',
    {
      SchemaVersion: 2,
      ArtifactName: 'shop',
      Results: [
        {
          Target: 'package-lock.json',
          Class: 'lang-pkgs',
          Type: 'npm',
          Packages: [{ Name: 'part-0', Version: '1.0.0' }],
          Vulnerabilities: Array.from({ length: 100 }, (_none, n) => finding(n)),
        },
      ],
    },
  ],
  [
    'sbom',
    {
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      version: 1,
      components: Array.from({ length: 400 }, (_none, n) => ({
        type: 'library',
        name: `part-${n}`,
        version: '1.0.0',
        purl: `pkg:npm/part-${n}@1.0.0`,
        licenses: [{ license: { id: 'MIT' } }],
      })),
    },
  ],
] as const;

async function call(base: string, method: string, path: string, body?: unknown) {
  const response = await fetch(base + path, {
    method,
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  });
  const answer = (await response.json()) as { id: string & number };
  if (response.status >= 300 && response.status !== 409) {
    throw new Error(`${method} ${path} was answered with ${response.status}`);
  }
  return answer;
}

/** Registers, by the API, a release with reports that runs, and a decision about it. */
export async function addRelease(base: string): Promise<Views> {
  const { id: project } = await call(base, 'POST', '/projects', { name: 'payments' });
  const { id: release } = await call(base, 'PUT', `/projects/${project}/releases/1.4.0`, {
    commit: 'a'.repeat(40),
  });
  for (const [label, document] of REPORTS) {
    await call(base, 'POST', `/releases/${release}/evidence?label=${label}`, document);
  }
  const asked = { environment: 'production' };
  const { id: verdict } = await call(base, 'POST', `/releases/${release}/verdicts`, asked);
  await call(base, 'POST', '/environments/production/deployments', { releaseId: release });
  return { project, release, verdict };
}

/** Adds so many releases, deployments, decisions and waivers: a tenth of them of the project. */
export async function addMany(url: string, { project, release }: Views, count: number) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  for (const statement of [
    'SET session_replication_role = replica',
    `INSERT INTO projects (name) SELECT 'crowd ' || n FROM generate_series(1, ${count / 10}) n`,
    `INSERT INTO releases (project_id, version, commit, created_by, updated_by)
     SELECT ${project}, '9.0.' || n, repeat('a', 40), 'bench', 'bench' FROM generate_series(1, ${count / 10}) n`,
    `INSERT INTO releases (project_id, version, commit, created_by, updated_by)
     SELECT p.id, '1.0.' || n, repeat('a', 40), 'bench', 'bench'
       FROM projects p CROSS JOIN generate_series(1, 9) n WHERE p.name LIKE 'crowd %'`,
    `INSERT INTO deployments (environment, project_id, release_id, state, "authorization", created_by)
     SELECT e, r.project_id, r.id, 'succeeded', 'unauthorized', 'bench'
       FROM releases r CROSS JOIN unnest(ARRAY['staging', 'production']) e WHERE r.id <> '${release}'`,
    `INSERT INTO verdicts (project_id, release_id, environment, decision, engine, inputs_hash, inputs, results,
                           evaluated_at, created_by)
     SELECT r.project_id, r.id, v.environment, v.decision, v.engine, v.inputs_hash, v.inputs, v.results,
            v.evaluated_at, v.created_by
       FROM verdicts v CROSS JOIN releases r WHERE v.release_id = '${release}' AND r.id <> '${release}'`,
    `INSERT INTO waivers (project_id, rule, about, reason, expires_at, created_by, approved_at, approved_by)
     SELECT p.id, 'CVE-2025-1000', 'finding', 'bench', now() + interval '9 days', 'bench', now(), 'other'
       FROM projects p WHERE p.name LIKE 'crowd %'`,
    'RESET session_replication_role',
    'VACUUM (ANALYZE)',
  ]) {
    await client.query(statement);
  }
  await client.end();
}
