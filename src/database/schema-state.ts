import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { ROOT } from '../paths.js';

/** The directory of this server's migrations. */
export const MIGRATIONS = fileURLToPath(new URL('prisma/migrations', ROOT));

/** The state of a database, compared with this server's migrations. */
export interface SchemaState {
  readonly pending: string[];
  /** Migrations that failed in PostgreSQL. They were rolled back. */
  readonly failed: string[];
  /** Migrations without an end: they are in progress, or their process ended. */
  readonly unfinished: string[];
  /** Migrations of a newer server. */
  readonly unknown: string[];
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
    `SELECT migration_name AS name, finished_at IS NOT NULL AS finished, logs <> '' AS refused
       FROM _prisma_migrations WHERE rolled_back_at IS NULL`,
  );
  return answer.rows;
}

/** Compares migration names with two small queries, without the migration engine. */
export async function schemaState(database: Queryable): Promise<SchemaState> {
  const applied = new Set<string>();
  const failed: string[] = [];
  const unfinished: string[] = [];
  for (const { name, finished, refused } of await recordedMigrations(database)) {
    if (finished) applied.add(name);
    else (refused ? failed : unfinished).push(name);
  }
  const names = knownMigrations();
  return {
    pending: names.filter((name) => ![...applied, ...failed, ...unfinished].includes(name)),
    failed,
    unfinished,
    unknown: [...applied].filter((name) => !names.includes(name)).sort(),
  };
}
