import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

const FOLDER = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));
/** The engine's own lock gives up after 10 s; this one makes late starters wait their turn. */
const LOCK_KEY = 727_073_690;
const LOCK_WAIT = '120s';

/** A database that the server must not use as it is; the message says what to do. */
export class SchemaError extends Error {
  override name = 'SchemaError';
}

/** Where a database stands against the migrations that this server carries. */
export interface SchemaState {
  readonly pending: string[];
  /** Migrations that began and did not finish. */
  readonly failed: string[];
  /** Migrations of a newer server. */
  readonly unknown: string[];
}

type Queryable = Pick<pg.ClientBase | pg.Pool, 'query'>;

/** The names of the migrations that this server carries, oldest first; read from disk once. */
let known: readonly string[] | undefined;
function knownMigrations(): readonly string[] {
  known ??= readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  return known;
}

/** Compares names only: one small query, no engine. */
export async function schemaState(database: Queryable): Promise<SchemaState> {
  const applied = new Set<string>();
  const failed: string[] = [];
  try {
    const { rows } = await database.query<{ name: string; finished: boolean }>(
      `SELECT migration_name AS name, finished_at IS NOT NULL AS finished
         FROM _prisma_migrations WHERE rolled_back_at IS NULL`,
    );
    for (const { name, finished } of rows) {
      if (finished) applied.add(name);
      else failed.push(name);
    }
  } catch (error) {
    if ((error as pg.DatabaseError).code !== '42P01') throw error; // undefined_table: a new database
  }
  const names = knownMigrations();
  return {
    pending: names.filter((name) => !applied.has(name) && !failed.includes(name)),
    failed,
    unknown: [...applied].filter((name) => !names.includes(name)).sort(),
  };
}

/** The columns of the Python service's table, as `information_schema` tells them. */
const OLD_TABLE = 'id integer,name character varying,status character varying';

/**
 * A database of the Python service: its one table, and no record of migrations.
 * @throws {SchemaError} when there is a `projects` table of another shape
 */
async function isOldService(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ columns: string | null; migrated: string | null }>(
    `SELECT to_regclass('_prisma_migrations') AS migrated,
            (SELECT string_agg(column_name || ' ' || data_type, ',' ORDER BY ordinal_position)
               FROM information_schema.columns
              WHERE table_schema = current_schema() AND table_name = 'projects') AS columns`,
  );
  const { columns = null, migrated = null } = rows[0] ?? {};
  if (migrated !== null || columns === null) return false;
  if (columns === OLD_TABLE) return true;
  throw new SchemaError(
    `the database has a table "projects" that is not the one this server knows (${columns}). Nothing was changed: use another database.`,
  );
}

async function checkEncoding(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ server_encoding: string }>('SHOW server_encoding');
  if (rows[0]?.server_encoding !== 'UTF8') {
    throw new SchemaError(
      `the database's encoding is ${rows[0]?.server_encoding}; create it with ENCODING 'UTF8'`,
    );
  }
}

/** Loaded only when there is something to do: the engine costs 26 MB and 40 ms. */
async function applyPending(client: pg.Client, url: string): Promise<string[]> {
  const engine = await import('../../prisma/schema-engine/migrations.mjs');
  const [first] = knownMigrations();
  if (first && (await isOldService(client))) {
    await engine.markMigrationApplied(url, FOLDER, first);
  }
  return engine.applyMigrations(url, FOLDER);
}

function failedBefore(names: readonly string[]): SchemaError {
  const [name] = names;
  return new SchemaError(
    `the migration ${name} failed when it was applied; column "logs" of _prisma_migrations says why. Mend the cause, then run "npx prisma migrate resolve --rolled-back ${name}" and start again.`,
  );
}

/** What {@link prepareSchema} found and did. */
export interface PreparedSchema {
  readonly applied: string[];
  /** Names of a newer server's migrations: this one is an older version, rolled back to. */
  readonly unknown: string[];
}

/**
 * Brings the database to this server's schema, or checks that it is there. Any number of instances may
 * call it at once: one migrates while the others wait.
 * @throws {SchemaError} when the schema is behind and `apply` is false, or cannot be migrated
 */
export async function prepareSchema(
  url: string,
  { apply, connectTimeoutMs }: { apply: boolean; connectTimeoutMs: number },
): Promise<PreparedSchema> {
  const schema = new URL(url).searchParams.get('schema');
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: connectTimeoutMs,
    ...(schema && { options: `-c search_path="${schema}"` }),
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const before = await schemaState(client);
    if (before.pending.length === 0 && before.failed.length === 0) {
      return { applied: [], unknown: before.unknown };
    }
    if (!apply) {
      const missing = [...before.failed, ...before.pending].join(', ');
      throw new SchemaError(
        `the database is behind this server: ${missing}. Run "npm run db:migrate", or start with MIGRATE_ON_START=true.`,
      );
    }
    await checkEncoding(client);
    await client.query(`SET lock_timeout = '${LOCK_WAIT}'`);
    await client.query('SELECT pg_advisory_lock($1)', [LOCK_KEY]);
    // Only now is an unfinished migration a failed one: nobody else is applying it. And whoever had the
    // lock before may have done the work.
    const { pending, failed } = await schemaState(client);
    if (failed.length > 0) throw failedBefore(failed);
    const applied = pending.length > 0 ? await applyPending(client, url) : [];
    return { applied, unknown: before.unknown };
  } finally {
    await client.end().catch(() => {});
  }
}
