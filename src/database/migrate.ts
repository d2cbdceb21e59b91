import type pg from 'pg';
import type * as SchemaEngine from '../../prisma/schema-engine/migrations.mjs';
import { ROOT } from '../paths.js';
import { SchemaError } from './schema-error.js';
import { knownMigrations, MIGRATIONS, schemaState } from './schema-state.js';
import { SCHEMA_LOCK } from './server-role.js';
import { withClient } from './with-client.js';

const ENGINE = new URL('prisma/schema-engine/migrations.mjs', ROOT).href;
/** The engine's own lock times out after 10 s. With this lock, other instances wait for their turn. */
const LOCK = `SET lock_timeout = '120s'; SELECT pg_advisory_lock(${SCHEMA_LOCK}); RESET lock_timeout`;

/** The columns of the Python service's table, from `information_schema`. */
const OLD_TABLE = 'id integer,name character varying,status character varying';

/**
 * True for a database of the Python service: it has one table and no record of migrations.
 * @throws {SchemaError} if a `projects` table has other columns
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
    `the database has a table "projects" of another program (${columns}). Nothing was changed. Use another database.`,
  );
}

/** Checks the requirements of a migration. Otherwise the engine would report a stack trace. */
async function checkDatabase(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ encoding: string; role: string; owner: boolean }>(
    `SELECT current_setting('server_encoding') AS encoding, current_user AS role,
            has_schema_privilege(current_schema(), 'CREATE') AND COALESCE(
              (SELECT pg_has_role(relowner, 'USAGE') FROM pg_class
                WHERE oid = to_regclass(quote_ident(current_schema()) || '.projects')), true) AS owner`,
  );
  const [{ encoding, role, owner } = { encoding: '', role: '', owner: false }] = rows;
  if (encoding !== 'UTF8') {
    throw new SchemaError(`the database's encoding is ${encoding}. Create it with ENCODING 'UTF8'`);
  }
  if (!owner) {
    throw new SchemaError(
      `the role ${role} may not change the tables. It must own the database ` +
        `(ALTER DATABASE … OWNER TO ${role}) and the table "projects", if it exists.`,
    );
  }
}

function failedBefore(name: string): SchemaError {
  return new SchemaError(
    `the migration ${name} failed and was rolled back. The column "logs" of _prisma_migrations has ` +
      `the cause. Correct the cause, then run "npm run db:migrate -- --rolled-back ${name}".`,
  );
}

function editedBefore(names: readonly string[]): SchemaError {
  return new SchemaError(
    `the database was migrated by other files than those of this server: ${names.join(', ')}. Its schema may lack ` +
      'what the server needs. Nothing was changed. Start the version that migrated it, or restore a backup. See ' +
      'docs/operations.md#the-database-was-migrated-by-other-files',
  );
}

/** Applies pending migrations. The caller holds the lock. */
async function applyPending(
  migrations: SchemaEngine.Migrations,
  client: pg.Client,
): Promise<string[]> {
  // The previous holder of the lock may have applied them.
  const { failed, unfinished, pending } = await schemaState(client);
  if (failed[0] !== undefined) throw failedBefore(failed[0]);
  // The process ended before the migration did. PostgreSQL rolled it back before it released the lock.
  for (const name of unfinished) await migrations.markRolledBack(name);
  if (pending.length + unfinished.length === 0) return [];
  const [first] = knownMigrations();
  if (first && (await isOldService(client))) await migrations.markApplied(first);
  return migrations.apply();
}

/** Loads the engine on demand, because it takes 26 MB and 40 ms. */
async function withMigrations<T>(
  url: string,
  use: (migrations: SchemaEngine.Migrations) => Promise<T>,
) {
  const { openMigrations } = (await import(ENGINE)) as typeof SchemaEngine;
  const migrations = await openMigrations(url, MIGRATIONS, LOCK);
  return use(migrations).finally(() => migrations.close());
}

/** The result of {@link prepareSchema}. */
export interface PreparedSchema {
  readonly applied: string[];
  /** Migrations of a newer server version. They exist after a rollback of the program. */
  readonly unknown: string[];
}

/** The same as `prepareSchema`, on an open connection. */
export async function prepareSchemaOn(
  client: pg.Client,
  url: string,
  apply: boolean,
): Promise<PreparedSchema> {
  const { pending, failed, unfinished, unknown, edited } = await schemaState(client);
  if (edited.length > 0) throw editedBefore(edited);
  const missing = [...failed, ...unfinished, ...pending];
  if (missing.length === 0) return { applied: [], unknown };
  if (!apply) {
    throw new SchemaError(
      `the database is behind this server: ${missing.join(', ')}. ` +
        'Run "npm run db:migrate", or start with MIGRATE_ON_START=true.',
    );
  }
  await checkDatabase(client);
  return withMigrations(url, async (migrations) => ({
    applied: await applyPending(migrations, client),
    unknown,
  }));
}

/** Whether to migrate, and how long to wait for a connection. */
export interface PrepareOptions {
  readonly apply: boolean;
  readonly connectTimeoutMs: number;
}

/**
 * Migrates the database to this server's schema, or checks that it is current. Several instances may call it at the
 * same time: one migrates and the others wait.
 * @throws {SchemaError} if migrations are pending and `apply` is false, or if the database cannot be migrated
 */
export function prepareSchema(
  url: string,
  { apply, connectTimeoutMs }: PrepareOptions,
): Promise<PreparedSchema> {
  return withClient(url, connectTimeoutMs, (client) => prepareSchemaOn(client, url, apply));
}

/**
 * Records the outcome of a failed migration after a person has corrected the database. `applied`: its changes are
 * complete. `rolled-back`: none of its changes exist, and it is applied again.
 */
export function resolveMigration(url: string, outcome: 'applied' | 'rolled-back', name: string) {
  return withMigrations(url, (migrations) =>
    outcome === 'applied' ? migrations.markApplied(name) : migrations.markRolledBack(name),
  );
}
