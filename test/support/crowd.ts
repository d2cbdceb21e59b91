import type { FastifyInstance } from 'fastify';
import { expect } from 'vitest';
import { giveToken } from './callers.js';
import { sql } from './database.js';
import { bom, trivy } from './documents.js';
import { upload } from './evidence.js';
import type { Scene } from './scene.js';

/** Uploads reports with this many findings and components, by the API. */
export async function manyReports(app: FastifyInstance, release: string, count: number) {
  const { headers } = await giveToken({ subject: 'jenkins' });
  const numbers = Array.from({ length: count }, (_, n) => n);
  const findings = numbers.map((n) => ({ id: `CVE-2025-${n + 1000}`, severity: 'LOW' }));
  const parts = numbers.map((n) => ({ name: `part-${n}`, version: '1.0.0', licence: 'MIT' }));
  for (const [label, document] of [
    ['many-findings', trivy(...findings)],
    ['many-components', bom(parts)],
  ] as const) {
    const response = await upload(app, release, document, { label, headers });
    expect(response.statusCode, response.body).toBe(201);
  }
}

/**
 * Adds projects, and releases, deployments, verdicts and waivers of the scene, so many of each. Written beside the API:
 * triggers are off.
 */
export async function crowd({ payments, denied }: Scene, count: number) {
  const numbers = `generate_series(1, ${Number(count)}) n`;
  await sql(`SET session_replication_role = replica;
    INSERT INTO projects (name, description) SELECT 'crowd ' || n, 'of many' FROM ${numbers};
    INSERT INTO releases (project_id, version, commit, created_by, updated_by)
    SELECT ${payments}, '9.0.' || n, repeat('a', 40), 'jenkins', 'jenkins' FROM ${numbers};
    INSERT INTO releases (project_id, version, commit, created_by, updated_by)
    SELECT id, '1.0.0', repeat('a', 40), 'jenkins', 'jenkins' FROM projects WHERE name LIKE 'crowd %';
    INSERT INTO deployments (environment, project_id, release_id, state, "authorization", created_by)
    SELECT 'production', r.project_id, r.id, 'succeeded', 'unauthorized', 'jenkins'
      FROM releases r JOIN projects p ON p.id = r.project_id WHERE p.name LIKE 'crowd %';
    INSERT INTO verdicts (project_id, release_id, environment, decision, engine, inputs_hash, inputs, results,
                          evaluated_at, created_by)
    SELECT project_id, release_id, environment, decision, engine, lpad(n::text, 64, '0'), inputs, results,
           evaluated_at, created_by
      FROM (SELECT * FROM verdicts
             WHERE release_id = '${denied}' AND environment = 'production' LIMIT 1) one, ${numbers};
    INSERT INTO waivers (project_id, rule, about, reason, expires_at, created_by, approved_at, approved_by)
    SELECT ${payments}, 'CVE-2024-' || (1000 + n), 'finding', 'of many', now() + interval '3 days', 'carol',
           CASE WHEN n % 2 = 0 THEN now() END, CASE WHEN n % 2 = 0 THEN 'dave' END FROM ${numbers};
    SET session_replication_role = DEFAULT;
    ANALYZE`);
}
