import pg from 'pg';
import { ALL_OF_RETENTION } from './retention.js';
import { FUNCTIONS, RIGHTS, SEQUENCES, VIEWS } from './rights.js';
import type { RoleState } from './state.js';

const quote = pg.escapeIdentifier;

/** What a role is not, unless somebody changed it. PostgreSQL 15 lets only superusers say NOSUPERUSER of a role. */
const ATTRIBUTES = 'LOGIN NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION NOBYPASSRLS';

/** The statement that creates the role, or that takes from it what it must not have. */
function roleStatement(role: string, state: RoleState | undefined, verifier: string | undefined) {
  const password = verifier === undefined ? '' : ` PASSWORD ${pg.escapeLiteral(verifier)}`;
  if (!state) return [`CREATE ROLE ${role} NOSUPERUSER ${ATTRIBUTES}${password}`];
  const { attributes } = state;
  const opposites = attributes.map((name) => (name === 'NOLOGIN' ? 'LOGIN' : `NO${name}`));
  return opposites.length > 0 ? [`ALTER ROLE ${role} ${opposites.join(' ')}`] : [];
}

/** The rights of one table, from nothing. Revoking from a table also revokes from its columns. */
function tableStatements(name: string, role: string): string[] {
  const { insert = false, update = [], delete: deletes = false } = RIGHTS[name] ?? {};
  const rights = [
    'SELECT',
    ...(insert ? ['INSERT'] : []),
    ...(update.length > 0 ? [`UPDATE (${update.map(quote).join(', ')})`] : []),
    ...(deletes ? ['DELETE'] : []),
  ];
  const table = quote(name);
  return [
    `REVOKE ALL ON ${table} FROM ${role}`,
    // Reading stays: other roles may have it from there.
    `REVOKE INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON ${table} FROM PUBLIC`,
    `GRANT ${rights.join(', ')} ON ${table} TO ${role}`,
  ];
}

/**
 * The statements that give a role the rights of the server, and no others. Run them in a transaction, so that a server
 * that uses the role notices nothing.
 * @param state the role as it is; undefined: it does not exist
 * @param verifier of the password of a new role; undefined: it has none
 */
export function grantStatements(
  name: string,
  { database, schema }: { readonly database: string; readonly schema: string },
  state: RoleState | undefined,
  verifier: string | undefined,
  tables: readonly string[],
): string[] {
  const role = quote(name);
  const place = quote(schema);
  const known = tables.filter((table) => RIGHTS[table] || VIEWS.includes(table));
  return [
    ...roleStatement(role, state, verifier),
    `REVOKE CREATE, TEMPORARY ON DATABASE ${quote(database)} FROM PUBLIC, ${role}`,
    `GRANT CONNECT ON DATABASE ${quote(database)} TO ${role}`,
    `REVOKE CREATE ON SCHEMA ${place} FROM PUBLIC, ${role}`,
    `GRANT USAGE ON SCHEMA ${place} TO ${role}`,
    ...known.flatMap((table) => tableStatements(table, role)),
    ...SEQUENCES.flatMap((sequence) => [
      `REVOKE ALL ON SEQUENCE ${quote(sequence)} FROM PUBLIC, ${role}`,
      `GRANT USAGE ON SEQUENCE ${quote(sequence)} TO ${role}`,
    ]),
    // The server cannot remove documents.
    ...ALL_OF_RETENTION.map(
      (signature) => `REVOKE ALL ON FUNCTION ${signature} FROM PUBLIC, ${role}`,
    ),
    ...FUNCTIONS.map((signature) => `GRANT EXECUTE ON FUNCTION ${signature} TO ${role}`),
    // A migration of a later version may add tables while this one runs.
    `ALTER DEFAULT PRIVILEGES IN SCHEMA ${place} GRANT SELECT, INSERT ON TABLES TO ${role}`,
    `ALTER DEFAULT PRIVILEGES IN SCHEMA ${place} GRANT USAGE ON SEQUENCES TO ${role}`,
  ];
}
