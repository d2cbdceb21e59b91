import pg from 'pg';
import { prepareSchema } from '../src/database/migrate.js';

/** Creates a migrated database with so many projects. The cost of a request must not depend on their number. */
export async function createDatabase(server: string, name: string, rows: number): Promise<string> {
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).href;
  await run(server, `CREATE DATABASE ${name} ENCODING 'UTF8' TEMPLATE template0`);
  await prepareSchema(url, { apply: true, connectTimeoutMs: 5000 });
  // These rows need no events: neither as written beside the API, nor as rows of an older version.
  const quietly = ['DELETE FROM event_imports', 'SET session_replication_role = replica'];
  await run(url, ...quietly, ...(await withoutIndexes(url, seed(rows))));
  return url;
}

/** Realistic names: words that many projects share, and a unique number. */
const seed = (rows: number) => `
  INSERT INTO projects (name, status, created_at, updated_at)
  SELECT initcap((ARRAY['payment','order','stock','user','mail','search','billing','report'])[1 + n % 8])
         || ' ' || (ARRAY['gateway','service','worker','portal','importer'])[1 + n / 8 % 5]
         || ' ' || to_hex((n::bigint * 2654435761) % 4294967296),
         (ARRAY['planned','active','active','archived'])[1 + n % 4],
         '2026-01-01T00:00:00Z'::timestamptz + n * interval '1 second', now()
    FROM generate_series(1, ${rows}) AS n`;

/** Drops the indexes and creates them again after the insert, which takes a fraction of the time. */
async function withoutIndexes(url: string, insert: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ name: string; definition: string }>(
    `SELECT indexname AS name, indexdef AS definition FROM pg_indexes
      WHERE tablename = 'projects' AND indexname <> 'projects_pkey'`,
  );
  await client.end();
  return [
    ...rows.map(({ name }) => `DROP INDEX ${name}`),
    insert,
    `SET maintenance_work_mem = '512MB'`,
    ...rows.map(({ definition }) => definition),
    'VACUUM (ANALYZE) projects',
  ];
}

async function run(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}
