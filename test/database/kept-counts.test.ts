import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { expect, it } from 'vitest';
import { knownMigrations, MIGRATIONS } from '../../src/database/schema-state.js';
import { createEmptyDatabase } from '../support/database.js';

const KEPT = '20261130110000_kept_counts';
const sqlOf = (name: string) => readFileSync(join(MIGRATIONS, name, 'migration.sql'), 'utf8');

const RELEASE = '01980000-0000-7000-8000-000000000001';
const id = (n: number) => `01990000-0000-7000-8000-00000000000${n}`;
const report = (n: number, summary: object, more = 'NULL, NULL, NULL, NULL, NULL') => `
  INSERT INTO evidence (id, project_id, release_id, kind, parser_version, media_type, received_sha256, stored_sha256,
                        size, summary, may_absolve, absolves, created_by, superseded_at, superseded_by,
                        retracted_at, retracted_by, retract_reason)
  VALUES ('${id(n)}', 1, '${RELEASE}', 'trivy', 1, 'application/json', repeat('a', 64),
          repeat('a', 64), 1, '${JSON.stringify(summary)}', false, false, 'x', ${more})`;

/** What an earlier version has stored: two reports that count, one superseded, one retracted, and two documents. */
const ROWS = [
  'SET session_replication_role = replica',
  `INSERT INTO projects (id, name) VALUES (1, 'Shop')`,
  `INSERT INTO documents (project_id, sha256, size, gzip_size)
   VALUES (1, repeat('a', 64), 1000, 10), (1, repeat('b', 64), 24, 10)`,
  `INSERT INTO releases (id, project_id, version, commit, created_by, updated_by)
   VALUES ('${RELEASE}', 1, '1.0.0', repeat('b', 40), 'x', 'x')`,
  report(1, { components: { total: 40 }, findings: { total: 2 } }),
  report(2, { tests: {} }),
  report(3, { findings: { total: 500 } }, `now(), '${id(1)}', NULL, NULL, NULL`),
  report(4, { findings: { total: 500 } }, `NULL, NULL, now(), 'x', 'x'`),
  'RESET session_replication_role',
];

it('counts what an earlier version has stored, and goes on from there', async () => {
  const { url, drop } = await createEmptyDatabase();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const earlier = knownMigrations().filter((name) => name < KEPT);
    for (const text of [...earlier.map(sqlOf), ...ROWS, sqlOf(KEPT)]) await client.query(text);
    const kept = async () => {
      const { rows } = await client.query(
        `SELECT f.reports, f.row_count::int AS rows, u.document_bytes::int AS bytes
           FROM release_facts f JOIN project_usage u USING (project_id)`,
      );
      return rows;
    };
    expect(await kept()).toEqual([{ reports: 2, rows: 42, bytes: 1024 }]);
    // By the old form of the row, which has no count of its own.
    await client.query(
      `UPDATE evidence SET retracted_by = 'x', retract_reason = 'x' WHERE id = '${id(1)}'`,
    );
    expect(await kept()).toEqual([{ reports: 1, rows: 0, bytes: 1024 }]);
  } finally {
    await client.end();
    await drop();
  }
});
