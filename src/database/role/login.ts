import pg from 'pg';
import { rootCause } from '../errors.js';
import { SchemaError } from '../schema-error.js';
import { withClient } from '../with-client.js';
import { inTransaction } from './retry.js';
import { scramVerifier } from './scram.js';

/** Where and as whom the server logs in. */
export interface Login {
  readonly url: string;
  readonly connectTimeoutMs: number;
}

/** The role and the password in a URL. The password is empty if there is none. */
export function loginOf(url: string): { role: string; password: string } {
  const { username, password } = new URL(url);
  return { role: decodeURIComponent(username), password: decodeURIComponent(password) };
}

/** invalid_password, or no such role. */
const WRONG_PASSWORD = '28P01';

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
  return withClient(url, connectTimeoutMs, placeOf);
}

/** Logs in. If the password is wrong, it sets that of the role to the one of the server. */
async function logInOnce(client: pg.ClientBase, login: Login): Promise<Place | undefined> {
  const { role, password } = loginOf(login.url);
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
export async function checkLogin(client: pg.ClientBase, login: Login): Promise<void> {
  const { role, password } = loginOf(login.url);
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
