import type pg from 'pg';
import { ALL_OF_RETENTION } from './retention.js';
import { FUNCTIONS, RIGHTS, SEQUENCES, VIEWS } from './rights.js';

/** A table or view, and what the role may do with it, also as a member of another role or as anyone. */
interface Relation {
  readonly name: string;
  readonly rights: readonly string[];
  /** Columns that the role may change. */
  readonly updates: readonly string[];
}

/** A role as PostgreSQL knows it, and its rights in the schema of the session. */
export interface RoleState {
  readonly name: string;
  readonly superuser: boolean;
  /** Attributes that the server's role must not have, such as `CREATEDB`, and `NOLOGIN`. */
  readonly attributes: readonly string[];
  /** Roles that it can become. */
  readonly memberOf: readonly string[];
  /** Whether it owns this database, its schema, or anything in it. */
  readonly owns: boolean;
  /** Rights on the database and on the schema, such as `TEMPORARY` and `CREATE ON SCHEMA`. */
  readonly place: readonly string[];
  readonly relations: readonly Relation[];
  /** Sequences whose next value it can take. */
  readonly sequences: readonly string[];
  /** Sequences of this program that it can set. */
  readonly settableSequences: readonly string[];
  readonly functions: readonly string[];
  /** Functions of retention that it can call. */
  readonly removing: readonly string[];
}

/** The only argument of a function. PostgreSQL 15 fails if it is a row of a table that does not exist yet. */
const ROW_TYPE = `substring(f FROM '\\(([a-z_]+)\\)$')`;

/**
 * `$1`: the name of the role, or null for that of the session, `$2`: functions, `$3`: sequences. No row: the role does
 * not exist. One statement, because each start asks.
 */
const STATE = `
  SELECT r.rolname AS name, r.rolsuper AS superuser,
         array_remove(ARRAY[
           CASE WHEN NOT r.rolcanlogin THEN 'NOLOGIN' END,
           CASE WHEN r.rolcreatedb THEN 'CREATEDB' END,
           CASE WHEN r.rolcreaterole THEN 'CREATEROLE' END,
           CASE WHEN r.rolinherit THEN 'INHERIT' END,
           CASE WHEN r.rolreplication THEN 'REPLICATION' END,
           CASE WHEN r.rolbypassrls THEN 'BYPASSRLS' END], NULL) AS attributes,
         ARRAY(SELECT m.roleid::regrole::text FROM pg_auth_members m WHERE m.member = r.oid) AS "memberOf",
         EXISTS (SELECT 1 FROM pg_shdepend s
                  WHERE s.refclassid = 'pg_authid'::regclass AND s.refobjid = r.oid AND s.deptype = 'o'
                    AND (s.dbid = d.oid OR (s.classid = 'pg_database'::regclass AND s.objid = d.oid))) AS owns,
         array_remove(ARRAY[
           CASE WHEN has_database_privilege(r.oid, d.oid, 'CONNECT') THEN 'CONNECT' END,
           CASE WHEN has_database_privilege(r.oid, d.oid, 'TEMPORARY') THEN 'TEMPORARY' END,
           CASE WHEN has_database_privilege(r.oid, d.oid, 'CREATE') THEN 'CREATE ON DATABASE' END,
           CASE WHEN has_schema_privilege(r.oid, n.oid, 'USAGE') THEN 'USAGE ON SCHEMA' END,
           CASE WHEN has_schema_privilege(r.oid, n.oid, 'CREATE') THEN 'CREATE ON SCHEMA' END], NULL) AS place,
         (SELECT COALESCE(json_agg(json_build_object(
                   'name', c.relname,
                   'rights', ARRAY(SELECT p FROM unnest(ARRAY[
                                     'SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) p
                                    WHERE has_table_privilege(r.oid, c.oid, p)),
                   'updates', ARRAY(SELECT a.attname FROM pg_attribute a
                                     WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                                       AND has_column_privilege(r.oid, c.oid, a.attnum, 'UPDATE')))), '[]')
            FROM pg_class c
           WHERE c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm')) AS relations,
         ARRAY(SELECT s FROM unnest($3::text[]) s
                WHERE has_sequence_privilege(r.oid, to_regclass(s), 'USAGE')) AS sequences,
         ARRAY(SELECT s FROM unnest($3::text[]) s
                WHERE has_sequence_privilege(r.oid, to_regclass(s), 'UPDATE')) AS "settableSequences",
         ARRAY(SELECT f FROM unnest($2::text[]) f
                WHERE CASE WHEN ${ROW_TYPE} IS NOT NULL AND to_regtype(${ROW_TYPE}) IS NULL THEN false
                           ELSE has_function_privilege(r.oid, to_regprocedure(f), 'EXECUTE') END) AS functions,
         ARRAY(SELECT f FROM unnest($4::text[]) f JOIN pg_proc p ON p.pronamespace = n.oid AND p.proname = f
                WHERE has_function_privilege(r.oid, p.oid, 'EXECUTE')) AS removing
    FROM pg_roles r, pg_database d, pg_namespace n
   WHERE r.rolname = COALESCE($1, current_user) AND d.datname = current_database() AND n.nspname = current_schema()`;

/** Names, because PostgreSQL cannot resolve a signature with a table that does not exist yet. */
const REMOVING = ALL_OF_RETENTION.map((one) => one.slice(0, one.indexOf('(')));

/** Reads what a role is and may do, by default that of the session. undefined: it does not exist. */
export async function readRole(
  client: pg.ClientBase,
  name?: string,
): Promise<RoleState | undefined> {
  const { rows } = await client.query<RoleState>(STATE, [
    name ?? null,
    FUNCTIONS,
    SEQUENCES,
    REMOVING,
  ]);
  return rows[0];
}

/** What a role lacks, and what it must not have. */
export interface Difference {
  readonly missing: readonly string[];
  readonly excess: readonly string[];
}

/** Names what is in the first list and not in the second. */
const without = (list: readonly string[], other: readonly string[]) =>
  list.filter((item) => !other.includes(item));

/** Rights such as `INSERT ON events`. Nothing is said about a table that is not of this program. */
function compareRelation({ name, rights, updates }: Relation): Difference {
  const table = RIGHTS[name];
  if (!table && !VIEWS.includes(name)) return { missing: [], excess: [] };
  const { insert = false, update = [], delete: deletes = false } = table ?? {};
  const wanted = ['SELECT', ...(insert ? ['INSERT'] : []), ...(deletes ? ['DELETE'] : [])];
  // A right to change the table is a right to change each column.
  const columns = rights.includes('UPDATE') ? [] : without(updates, update);
  return {
    missing: [
      ...without(wanted, rights).map((right) => `${right} ON ${name}`),
      ...without(update, updates).map((column) => `UPDATE ON ${name}.${column}`),
    ],
    excess: [
      ...without(rights, wanted).map((right) => `${right} ON ${name}`),
      ...columns.map((column) => `UPDATE ON ${name}.${column}`),
    ],
  };
}

const PLACE = ['CONNECT', 'USAGE ON SCHEMA'];

/** Compares a role with what the server's role must be. Tables that do not exist yet are left out. */
export function compareRole(state: RoleState): Difference {
  const relations = state.relations.map(compareRelation);
  const nologin = state.attributes.filter((attribute) => attribute === 'NOLOGIN');
  return {
    missing: [
      ...nologin.map(() => 'LOGIN'),
      ...without(PLACE, state.place),
      ...relations.flatMap(({ missing }) => missing),
      ...without(SEQUENCES, state.sequences).map((name) => `USAGE ON ${name}`),
      ...without(FUNCTIONS, state.functions).map((name) => `EXECUTE ON ${name}`),
    ],
    excess: [
      ...without(state.attributes, nologin),
      ...without(state.place, PLACE),
      ...relations.flatMap(({ excess }) => excess),
      ...state.settableSequences.map((name) => `UPDATE ON ${name}`),
      ...state.removing.map((name) => `EXECUTE ON ${name}`),
    ],
  };
}
