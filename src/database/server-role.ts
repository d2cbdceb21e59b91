import type pg from 'pg';
import { grantStatements } from './role/grant.js';
import { checkLogin, type Login, loginOf } from './role/login.js';
import { inTransaction } from './role/retry.js';
import { scramVerifier } from './role/scram.js';
import { compareRole, type RoleState, readRole } from './role/state.js';
import { SchemaError } from './schema-error.js';

/** The role of the server in an embedded database, and the name for one in any other. */
export const SERVER_ROLE = 'srp_server';

/** The lock of the migrations: what they change and what is granted must agree. */
export const SCHEMA_LOCK = 727_073_690;

/** @throws {SchemaError} if the role is someone's who needs more than the server may have */
function checkUsable({ name, superuser, owns, memberOf }: RoleState): void {
  const reason =
    (superuser && 'is a superuser') ||
    (owns && 'owns the database or something in it') ||
    (memberOf.length > 0 && `is a member of ${memberOf.join(', ')}`);
  if (!reason) return;
  throw new SchemaError(
    `the role ${name} of DATABASE_URL ${reason}, so it could rewrite the record. Nothing was changed. Name another ` +
      `role in DATABASE_URL, such as ${SERVER_ROLE}: the start creates it. Or unset MIGRATION_DATABASE_URL`,
  );
}

const MOST_NAMED = 5;

/** The first rights of a list, and how many more there are. */
function named(rights: readonly string[]): string {
  const more = rights.length - MOST_NAMED;
  return rights.slice(0, MOST_NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** What is not as it must be. undefined: nothing. */
function faultOf(state: RoleState | undefined): string | undefined {
  if (!state) return 'it does not exist';
  const { missing, excess } = compareRole(state);
  const faults = [
    ...(missing.length > 0 ? [`it lacks ${named(missing)}`] : []),
    ...(excess.length > 0 ? [`it must not have ${named(excess)}`] : []),
  ];
  return faults.length > 0 ? faults.join(', and ') : undefined;
}

/** Grants in a transaction that holds the lock. */
async function grantLocked(client: pg.ClientBase, name: string, password: string) {
  await client.query(
    `SET LOCAL lock_timeout = '120s'; SELECT pg_advisory_xact_lock(${SCHEMA_LOCK})`,
  );
  const state = await readRole(client, name); // the previous holder of the lock may have granted
  if (state) checkUsable(state);
  if (faultOf(state) === undefined) return;
  const { rows } = await client.query<{ database: string; schema: string; tables: string[] }>(
    `SELECT current_database() AS database, current_schema() AS schema,
            ARRAY(SELECT relname::text FROM pg_class
                   WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v', 'm')) AS tables`,
  );
  const [{ tables, ...place } = { database: '', schema: '', tables: [] }] = rows;
  const verifier = password === '' ? undefined : scramVerifier(password);
  await client.query(grantStatements(name, place, state, verifier, tables).join(';\n'));
  const fault = faultOf(await readRole(client, name));
  if (fault === undefined) return;
  throw new SchemaError(
    `the owner's role cannot give the role ${name} exactly the rights of the server: ${fault}. Nothing was changed`,
  );
}

/** The message of PostgreSQL and what the operator can do, where the owner's role may not do what it must. */
function withoutRight(error: unknown, name: string): unknown {
  const { code, message } = error as pg.DatabaseError;
  if (code !== '42501') return error;
  return new SchemaError(
    `the role of MIGRATION_DATABASE_URL cannot make the role ${name} of DATABASE_URL: ${message}. Give it CREATEROLE ` +
      `and let it own the database, or create the role as a superuser: CREATE ROLE ${name} LOGIN NOINHERIT`,
    { cause: error },
  );
}

/**
 * Makes the role that the server's URL names, gives it the rights of the server and no others, and checks that the
 * server can log in. If all is so already, it only reads.
 * @param client a connection of the owner, whose schema is current
 * @param grant false: an existing role keeps the rights that it has
 * @returns the name of the role, if its rights were not as they must be
 * @throws {SchemaError} if the role cannot be made so
 */
export async function prepareRole(
  client: pg.ClientBase,
  login: Login,
  { grant = true }: { readonly grant?: boolean } = {},
): Promise<string | undefined> {
  const { role, password } = loginOf(login.url);
  const state = await readRole(client, role);
  if (state) checkUsable(state);
  const isWrong = (grant || !state) && faultOf(state) !== undefined;
  try {
    if (isWrong) await inTransaction(client, () => grantLocked(client, role, password));
    await checkLogin(client, login);
    return isWrong ? role : undefined;
  } catch (error) {
    throw withoutRight(error, role);
  }
}

/**
 * Looks at the role of a connection whose owner's credentials are not there.
 * @returns whether the role may rewrite the record, or become one that may
 * @throws {SchemaError} if it lacks a right that the server needs
 */
export async function checkRole(client: pg.ClientBase): Promise<boolean> {
  const state = await readRole(client);
  if (!state || state.superuser || state.owns) return true;
  const { missing, excess } = compareRole(state);
  if (missing.length > 0) {
    throw new SchemaError(
      `the role ${state.name} lacks rights (42501): ${named(missing)}. Run "npm run db:migrate" with the owner's ` +
        'URL in MIGRATION_DATABASE_URL: it also grants',
    );
  }
  const writes = excess.some((right) => right.includes(' ON ') || right === 'CREATEROLE');
  return writes || state.memberOf.length > 0;
}
