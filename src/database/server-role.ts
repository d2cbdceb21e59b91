import pg from 'pg';
import { connection } from './connection.js';
import { rootCause } from './errors.js';
import { grantStatements } from './role/grant.js';
import { scramVerifier } from './role/scram.js';
import { compareRole, type RoleState, readRole } from './role/state.js';
import { SchemaError } from './schema-error.js';

/** The role of the server in an embedded database, and the name for one in any other. */
export const SERVER_ROLE = 'srp_server';

/** The lock of the migrations: what they change and what is granted must agree. */
export const SCHEMA_LOCK = 727_073_690;

/** Where and as whom the server logs in. */
export interface Login {
  readonly url: string;
  readonly connectTimeoutMs: number;
}

const decoded = ({ username, password }: URL) => ({
  role: decodeURIComponent(username),
  password: decodeURIComponent(password),
});

/** invalid_password, or no such role. */
const WRONG_PASSWORD = '28P01';

/** Roles are shared by all databases of a server, and another start may change them at the same time. */
const CHANGED_MEANWHILE = ['23505', '42710', 'XX000'];
const ATTEMPTS = 5;

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

/** Repeats what another start changed at the same time. */
async function inTransaction(client: pg.ClientBase, work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.query('BEGIN');
      await work();
      await client.query('COMMIT');
      return;
    } catch (error) {
      await client.query('ROLLBACK');
      const { code = '' } = error as pg.DatabaseError;
      if (!CHANGED_MEANWHILE.includes(code) || attempt === ATTEMPTS) throw error;
    }
  }
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

/** What two connections must agree on to be to the same database. */
const PLACE = `SELECT current_user AS role, current_database() AS database, current_schema() AS schema,
                      pg_postmaster_start_time()::text AS started`;

interface Place {
  readonly role: string;
  readonly database: string;
  readonly schema: string;
  readonly started: string;
}

const placeOf = async (client: pg.ClientBase) => (await client.query<Place>(PLACE)).rows[0];

/** Logs in as the server does. */
async function logIn({ url, connectTimeoutMs }: Login): Promise<Place | undefined> {
  const client = new pg.Client({ connectionTimeoutMillis: connectTimeoutMs, ...connection(url) });
  client.on('error', () => {});
  try {
    await client.connect();
    return await placeOf(client);
  } finally {
    await client.end().catch(() => {});
  }
}

/** Logs in. If the password is wrong, it sets that of the role to the one of the server. */
async function logInOnce(client: pg.ClientBase, login: Login): Promise<Place | undefined> {
  const { role, password } = decoded(new URL(login.url));
  const setPassword = async (error: pg.DatabaseError) => {
    if (error.code !== WRONG_PASSWORD || password === '') throw error;
    const verifier = pg.escapeLiteral(scramVerifier(password));
    await inTransaction(client, async () => {
      await client.query(`ALTER ROLE ${pg.escapeIdentifier(role)} PASSWORD ${verifier}`);
    });
    return logIn(login);
  };
  return logIn(login).catch(setPassword);
}

/** @throws {SchemaError} if the server cannot log in, or not to the same place as the owner */
async function checkLogin(client: pg.ClientBase, login: Login): Promise<void> {
  const { role, password } = decoded(new URL(login.url));
  const place = await logInOnce(client, login).catch((error: unknown) => {
    const hint = password === '' ? '. Set SIGNING_KEYS_DIR, or a password in DATABASE_URL' : '';
    throw new SchemaError(
      `cannot log in as the role ${role} of DATABASE_URL: ${rootCause(error)}${hint}`,
      { cause: error },
    );
  });
  const own = await placeOf(client);
  const same = (['database', 'schema', 'started'] as const).every(
    (key) => own?.[key] === place?.[key],
  );
  if (same && place?.role === role) return;
  throw new SchemaError(
    'DATABASE_URL and MIGRATION_DATABASE_URL must lead to the same database and schema, as two roles',
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
  const { role, password } = decoded(new URL(login.url));
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
