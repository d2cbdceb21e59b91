import pg from 'pg';
import { inTransaction } from './retry.js';
import { scramVerifier } from './scram.js';

/** The role that removes documents, unless `RETENTION_DATABASE_URL` names another. */
export const RETENTION_ROLE = 'srp_retention';

/** All that the role of retention can do: to see which documents would go, and to remove one that can. */
export const RETENTION_FUNCTIONS: readonly string[] = [
  'retention_documents(integer, text, integer)',
  'remove_document(integer, text)',
];

/** All functions of retention: those, and what they call as the owner. The server may call none of them. */
export const ALL_OF_RETENTION: readonly string[] = [
  ...RETENTION_FUNCTIONS,
  'release_keeps(releases, retention_policies, timestamptz)',
  'document_keeps(documents, retention_policies, timestamptz)',
];

const STATE = `
  SELECT r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication OR r.rolbypassrls AS powerful,
         EXISTS (SELECT 1 FROM pg_auth_members m WHERE m.member = r.oid) AS member,
         EXISTS (SELECT 1 FROM pg_shdepend s WHERE s.refclassid = 'pg_authid'::regclass AND s.refobjid = r.oid
                   AND s.deptype = 'o') AS owns,
         EXISTS (SELECT 1 FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace
                   AND c.relkind IN ('r', 'p', 'v', 'm')
                   AND has_table_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')) AS reads
    FROM pg_roles r WHERE r.rolname = $1`;

interface RetentionRole {
  readonly powerful: boolean;
  readonly member: boolean;
  readonly owns: boolean;
  /** It may use a table, also as anyone may. */
  readonly reads: boolean;
}

/** Why a role must not be that of retention. undefined: it can do nothing else, or does not exist. */
export async function faultOfRetentionRole(
  client: pg.ClientBase,
  name: string,
): Promise<string | undefined> {
  const [role] = (await client.query<RetentionRole>(STATE, [name])).rows;
  if (role?.powerful) return 'is a superuser, or has attributes of one';
  if (role?.owns) return 'owns something';
  if (role?.member) return 'is a member of another role';
  return role?.reads ? 'may use tables' : undefined;
}

/**
 * Makes the role of retention, or gives it the password and the rights that it must have. The client is the owner's.
 * @throws {Error} if the role can do more: it is somebody's
 */
export async function makeRetentionRole(
  client: pg.ClientBase,
  name: string,
  password: string,
): Promise<void> {
  const fault = await faultOfRetentionRole(client, name);
  if (fault) throw new Error(`the role ${name} ${fault}. Name another in RETENTION_DATABASE_URL`);
  const [place] = (
    await client.query<{ database: string; schema: string; exists: boolean }>(
      `SELECT current_database() AS database, current_schema() AS schema,
              EXISTS (SELECT 1 FROM pg_roles WHERE rolname = $1) AS exists`,
      [name],
    )
  ).rows;
  if (!place) throw new Error('the database did not answer');
  const quote = pg.escapeIdentifier;
  const role = quote(name);
  const verifier = pg.escapeLiteral(scramVerifier(password));
  const create = place.exists ? 'ALTER' : 'CREATE';
  await inTransaction(client, async () => {
    for (const text of [
      `${create} ROLE ${role} LOGIN NOINHERIT PASSWORD ${verifier}`,
      `GRANT CONNECT ON DATABASE ${quote(place.database)} TO ${role}`,
      `GRANT USAGE ON SCHEMA ${quote(place.schema)} TO ${role}`,
      ...RETENTION_FUNCTIONS.map((one) => `GRANT EXECUTE ON FUNCTION ${one} TO ${role}`),
    ])
      await client.query(text);
  });
}
