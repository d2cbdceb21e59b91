import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { expect, it } from 'vitest';
import { knownMigrations, MIGRATIONS } from '../../src/database/schema-state.js';
import { createEmptyDatabase } from '../support/database.js';

const DECISIONS = '20261201100000_decisions';
const sqlOf = (name: string) => readFileSync(join(MIGRATIONS, name, 'migration.sql'), 'utf8');

const id = (n: number) => `01980000-0000-7000-8000-00000000000${n}`;
const [RELEASE, OTHER] = [id(1), id(2)];
const verdict = (n: number, release: string, environment: string, decision: string) =>
  `INSERT INTO verdicts (id, project_id, release_id, environment, decision, engine, inputs_hash, inputs, results,
                         evaluated_at, created_by)
   VALUES ('${id(n)}', 1, '${release}', '${environment}', '${decision}', 2, repeat('${n}', 64), '{}', '[]',
           '2026-01-0${n}T00:00:00Z', 'jenkins')`;

/** What an earlier version has stored. */
const ROWS = [
  'SET session_replication_role = replica',
  `INSERT INTO projects (id, name) VALUES (1, 'Shop')`,
  ...[RELEASE, OTHER].map(
    (release, at) => `INSERT INTO releases (id, project_id, version, commit, created_by, updated_by)
     VALUES ('${release}', 1, '1.0.${at}', repeat('b', 40), 'x', 'x')`,
  ),
  verdict(3, RELEASE, 'production', 'allow'),
  verdict(4, RELEASE, 'production', 'deny'),
  verdict(5, RELEASE, 'staging', 'allow'),
  verdict(6, OTHER, 'production', 'deny'),
  `INSERT INTO deployments (id, project_id, release_id, environment, created_by)
   VALUES ('${id(7)}', 1, '${RELEASE}', 'staging', 'x')`,
  'RESET session_replication_role',
];

it('takes the only verdict of a release and environment as what holds, and leaves out what is not known', async () => {
  const { url, drop } = await createEmptyDatabase();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const earlier = knownMigrations().filter((name) => name < DECISIONS);
    for (const text of [...earlier.map(sqlOf), ...ROWS, sqlOf(DECISIONS)]) await client.query(text);
    const { rows: held } = await client.query(
      `SELECT release_id, environment, verdict_id, decision::text, decided_at, decided_by
         FROM release_decisions ORDER BY verdict_id`,
    );
    const by = { decided_by: 'jenkins' };
    expect(held).toEqual([
      {
        ...{ release_id: RELEASE, environment: 'staging', verdict_id: id(5), decision: 'allow' },
        ...{ decided_at: new Date('2026-01-05T00:00:00Z'), ...by },
      },
      {
        ...{ release_id: OTHER, environment: 'production', verdict_id: id(6), decision: 'deny' },
        ...{ decided_at: new Date('2026-01-06T00:00:00Z'), ...by },
      },
    ]);
    const { rows: views } = await client.query(
      'SELECT version, last_verdict FROM release_overview ORDER BY version',
    );
    expect(views.map(({ last_verdict }) => last_verdict)).toEqual([
      'allow for staging',
      'deny for production',
    ]);
    const { rows: deployments } = await client.query(
      'SELECT decision, verdict_id FROM deployments',
    );
    expect(deployments).toEqual([{ decision: 'none', verdict_id: null }]);
    const { rows: events } = await client.query(`SELECT 1 FROM events WHERE type = 'beside-api'`);
    expect(events).toEqual([]);
  } finally {
    await client.end();
    await drop();
  }
});
