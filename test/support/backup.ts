import { join } from 'node:path';
import pg from 'pg';
import { startEmbedded } from '../../src/database/embedded/embedded.js';
import { freePort } from './ports.js';
import { runProgram } from './process.js';

/** Runs `npm run backup` or `npm run restore` as built. */
export async function runBuilt(
  name: 'backup' | 'restore',
  env: Record<string, string>,
  ...args: string[]
): Promise<{ code: unknown; output: string }> {
  const program = runProgram(`dist/${name}.js`, env, ...args);
  const code = await program.exit;
  return { code, output: program.output() };
}

const TABLES = `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`;

/** The rows of each table, as text. */
export async function contents(client: pg.Client): Promise<Map<string, string[]>> {
  const { rows: tables } = await client.query<{ name: string }>(TABLES);
  const found = new Map<string, string[]>();
  for (const { name } of tables) {
    const { rows } = await client.query<{ row: string }>(
      `SELECT t::text AS row FROM "${name}" t ORDER BY 1`,
    );
    found.set(
      name,
      rows.map(({ row }) => row),
    );
  }
  return found;
}

/** The number of rows and a digest of each table, and the state of each sequence. */
export async function digests(client: pg.Client): Promise<Record<string, string>> {
  const { rows: tables } = await client.query<{ name: string }>(TABLES);
  const found: Record<string, string> = {};
  for (const { name } of tables) {
    const { rows } = await client.query<{ digest: string }>(
      `SELECT count(*) || ' ' || coalesce(md5(string_agg(md5(t::text), '' ORDER BY t::text)), '') AS digest FROM "${name}" t`,
    );
    found[name] = rows[0]?.digest ?? '';
  }
  const { rows: sequences } = await client.query<{ name: string; value: string }>(
    `SELECT sequencename AS name, last_value::text AS value FROM pg_sequences WHERE schemaname = 'public'`,
  );
  for (const { name, value } of sequences) found[name] = value;
  return found;
}

/** Validates every foreign key again. Returns their number. */
export async function validateForeignKeys(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ name: string; table: string }>(
    `UPDATE pg_constraint SET convalidated = false WHERE contype = 'f'
      RETURNING quote_ident(conname) AS name, conrelid::regclass::text AS table`,
  );
  for (const { name, table } of rows)
    await client.query(`ALTER TABLE ${table} VALIDATE CONSTRAINT ${name}`);
  return rows.length;
}

/** Starts PostgreSQL alone on the folder of a cluster, without the server and its jobs. */
export async function onCluster<Result>(
  dir: string,
  use: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const embedded = startEmbedded({ dir, port: await freePort() });
  try {
    const client = new pg.Client({ connectionString: await embedded.ready });
    await client.connect();
    return await use(client).finally(() => client.end());
  } finally {
    await embedded.stop();
  }
}

/** The folder that a backup of a test creates, beside its cluster. */
export const besides = (folder: string, name: string) => join(folder, '..', name);
