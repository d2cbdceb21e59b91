import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { ROOT } from '../paths.js';
import { LANDED } from './landed.js';

/** The directory of this server's migrations. */
export const MIGRATIONS = fileURLToPath(new URL('prisma/migrations', ROOT));

/** The state of a database, compared with this server's migrations. */
export interface SchemaState {
  /** Completed migrations, by name. */
  readonly applied: string[];
  readonly pending: string[];
  /** Migrations that failed in PostgreSQL. They were rolled back. */
  readonly failed: string[];
  /** Migrations without an end: they are in progress, or their process ended. */
  readonly unfinished: string[];
  /** Migrations of a newer server. */
  readonly unknown: string[];
  /** Applied migrations whose file had other contents: the schema may lack what the server needs. */
  readonly edited: string[];
}

type Queryable = Pick<pg.ClientBase | pg.Pool, 'query'>;

/** The names of this server's migrations, oldest first. They are read from disk once. */
let known: readonly string[] | undefined;
export function knownMigrations(): readonly string[] {
  known ??= readdirSync(MIGRATIONS, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  return known;
}

interface Recorded {
  readonly name: string;
  readonly checksum: string;
  readonly finished: boolean;
  readonly refused: boolean;
}

/** Checks first if the table exists: reading a missing table would log an ERROR in PostgreSQL at the first start. */
async function recordedMigrations(database: Queryable): Promise<Recorded[]> {
  const { rows } = await database.query<{ recorded: boolean }>(
    `SELECT to_regclass('_prisma_migrations') IS NOT NULL AS recorded`,
  );
  if (!rows[0]?.recorded) return [];
  const answer = await database.query<Recorded>(
    `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished, logs <> '' AS refused
       FROM _prisma_migrations WHERE rolled_back_at IS NULL`,
  );
  return answer.rows;
}

/** Compares names and checksums of migrations with two small queries, without the migration engine. */
export async function schemaState(database: Queryable): Promise<SchemaState> {
  const applied = new Set<string>();
  const failed: string[] = [];
  const unfinished: string[] = [];
  const edited: string[] = [];
  for (const { name, checksum, finished, refused } of await recordedMigrations(database)) {
    if (finished && LANDED[name] && !LANDED[name].includes(checksum)) edited.push(name);
    if (finished) applied.add(name);
    else (refused ? failed : unfinished).push(name);
  }
  const names = knownMigrations();
  return {
    applied: [...applied].sort(),
    pending: names.filter((name) => ![...applied, ...failed, ...unfinished].includes(name)),
    failed,
    unfinished,
    unknown: [...applied].filter((name) => !names.includes(name)).sort(),
    edited,
  };
}
