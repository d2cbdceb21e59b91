import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ALL_OF_RETENTION } from '../../src/database/role/retention.js';
import { FUNCTIONS, RIGHTS, SEQUENCES, VIEWS } from '../../src/database/role/rights.js';
import { compareRole, readRole } from '../../src/database/role/state.js';
import { checkRole, prepareRole } from '../../src/database/server-role.js';
import { importBatch, NEXT_IMPORT } from '../../src/events/import.sql.js';
import { type ImportedKind, ROWS } from '../../src/events/index.js';
import { useApp } from '../support/app.js';
import { serverDatabaseUrl, sql, testDatabaseUrl } from '../support/database.js';
import { createRelease } from '../support/releases.js';
import { withClient } from '../support/server-role.js';

/** The role that the API under test has. */

const context = useApp();
const NOT_ALLOWED = '42501'; // insufficient_privilege

let client: pg.Client;
beforeAll(async () => {
  client = new pg.Client({ connectionString: serverDatabaseUrl() });
  await client.connect();
});
afterAll(() => client.end());

/** The SQLSTATE of a statement of the role, or undefined if it is allowed. Nothing stays. */
async function refusal(text: string, values: unknown[] = []): Promise<string | undefined> {
  await client.query('BEGIN');
  return client
    .query(text, values)
    .then(
      () => undefined,
      (error: pg.DatabaseError) => error.code,
    )
    .finally(() => client.query('ROLLBACK'));
}

const state = () =>
  withClient(testDatabaseUrl(), (owner) => readRole(owner, inject('serverRole').name));

interface Column {
  readonly table: string;
  readonly column: string;
}

const columns = () =>
  sql<Column>(
    `SELECT c.relname AS "table", a.attname AS "column" FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0
        AND NOT a.attisdropped ORDER BY 1, a.attnum`,
  );

const names = async (text: string) => (await sql<{ name: string }>(text)).map(({ name }) => name);

const ofSchema = (kinds: string) =>
  names(
    `SELECT relname AS name FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind IN (${kinds}) ORDER BY 1`,
  );

describe('the table of rights', () => {
  it('has a line for each table, view and sequence', async () => {
    // A new table without a line: add one to src/database/role/rights.ts.
    expect(Object.keys(RIGHTS).sort()).toEqual(await ofSchema(`'r', 'p'`));
    expect([...VIEWS].sort()).toEqual(await ofSchema(`'v', 'm'`));
    expect([...SEQUENCES].sort()).toEqual(await ofSchema(`'S'`));
  });

  it('names each function that is not a trigger: only those of retention have the rights of the owner', async () => {
    const own = `p.pronamespace = 'public'::regnamespace AND NOT EXISTS (
      SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')`;
    const signatures = await names(
      `SELECT p.oid::regprocedure::text AS name FROM pg_proc p
        WHERE ${own} AND p.prorettype <> 'trigger'::regtype ORDER BY 1`,
    );
    const written = await Promise.all(
      [...FUNCTIONS, ...ALL_OF_RETENTION].map((name) =>
        names(`SELECT '${name}'::regprocedure::text AS name`),
      ),
    );
    expect(written.flat().sort()).toEqual(signatures);
    expect(
      await names(`SELECT proname AS name FROM pg_proc p WHERE ${own} AND prosecdef ORDER BY 1`),
    ).toEqual(['remove_document', 'retention_documents']);
  });

  it('names columns that exist', async () => {
    const existing = (await columns()).map(({ table, column }) => `${table}.${column}`);
    const named = Object.entries(RIGHTS).flatMap(([table, { update }]) =>
      update.map((column) => `${table}.${column}`),
    );
    expect(named.filter((column) => !existing.includes(column))).toEqual([]);
  });

  it('is what PostgreSQL allows: reading, adding, changing and deleting', async () => {
    const found: Record<string, { insert: boolean; update: string[]; delete: boolean }> = {};
    const isAllowed = async (text: string) => {
      const code = await refusal(text);
      expect([undefined, NOT_ALLOWED], text).toContain(code);
      return code === undefined;
    };
    for (const { table, column } of await columns()) {
      if (!found[table]) {
        expect(await isAllowed(`SELECT * FROM "${table}"`)).toBe(true);
        found[table] = {
          insert: await isAllowed(`INSERT INTO "${table}" SELECT * FROM "${table}" WHERE false`),
          update: [],
          delete: await isAllowed(`DELETE FROM "${table}" WHERE false`),
        };
        expect(await refusal(`TRUNCATE "${table}" CASCADE`)).toBe(NOT_ALLOWED);
      }
      if (await isAllowed(`UPDATE "${table}" SET "${column}" = "${column}" WHERE false`))
        found[table].update.push(column);
    }
    for (const rights of Object.values(found)) rights.update.sort();
    const expected = Object.entries(RIGHTS).map(([table, rights]) => [
      table,
      { ...rights, update: [...rights.update].sort() },
    ]);
    expect(found).toEqual(Object.fromEntries(expected));
  });
});

describe('the role of the server', () => {
  it('is nothing and owns nothing', async () => {
    expect(await state()).toMatchObject({
      superuser: false,
      attributes: [],
      memberOf: [],
      owns: false,
      place: ['CONNECT', 'USAGE ON SCHEMA'],
    });
  });

  it.each([
    // Switching off what keeps the record.
    'ALTER TABLE verdicts DISABLE TRIGGER ALL',
    'ALTER TABLE events DISABLE TRIGGER events_kept',
    `SET session_replication_role = 'replica'`,
    `SELECT set_config('session_replication_role', 'replica', true)`,
    'DROP TRIGGER verdicts_kept ON verdicts',
    'DROP TABLE verdicts CASCADE',
    'DROP FUNCTION refuse_change CASCADE',
    `CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'`,
    `CREATE OR REPLACE FUNCTION uuid_v7() RETURNS uuid LANGUAGE sql AS 'SELECT gen_random_uuid()'`,
    'ALTER FUNCTION refuse_change() OWNER TO current_user',
    `CREATE FUNCTION mine() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`,
    'CREATE TRIGGER mine BEFORE INSERT ON events EXECUTE FUNCTION refuse_change()',
    'CREATE RULE mine AS ON INSERT TO events DO INSTEAD NOTHING',
    'ALTER TABLE verdicts ALTER COLUMN decision DROP NOT NULL',
    'ALTER TABLE verdicts ENABLE ROW LEVEL SECURITY',
    'LOCK TABLE verdicts IN ACCESS EXCLUSIVE MODE',
    // Standing in for it.
    'CREATE TEMPORARY TABLE verdicts (LIKE public.verdicts)',
    'CREATE TEMPORARY VIEW events AS SELECT 1',
    'CREATE TABLE public.mine (id int)',
    'CREATE SCHEMA mine',
    'CREATE EXTENSION hstore',
    // Rewriting it.
    `UPDATE verdicts SET decision = 'allow'`,
    `UPDATE events SET actor = 'alice'`,
    `UPDATE evidence SET summary = '{}'`,
    'UPDATE evidence SET superseded_at = NULL',
    'UPDATE waivers SET expires_at = now()',
    'UPDATE releases SET created_at = now()',
    'UPDATE policies SET description = NULL',
    `UPDATE policy_versions SET rules = '[]'`,
    'UPDATE api_tokens SET every_project = true',
    `UPDATE server_keys SET value = ''`,
    `UPDATE _prisma_migrations SET checksum = ''`,
    'DELETE FROM _prisma_migrations',
    `INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('x', '', 'x')`,
    'DELETE FROM verdicts',
    'DELETE FROM events',
    'DELETE FROM evidence',
    'TRUNCATE events',
    `SELECT setval('projects_id_seq', 1)`,
    'SELECT * FROM verdicts FOR UPDATE',
    // Becoming more.
    'SET ROLE postgres',
    'SET SESSION AUTHORIZATION postgres',
    'ALTER ROLE current_user SUPERUSER',
    'ALTER ROLE current_user CREATEROLE',
    'ALTER ROLE current_user BYPASSRLS',
    'ALTER ROLE postgres PASSWORD NULL',
    'CREATE ROLE mine',
    'GRANT pg_write_all_data TO current_user',
    'GRANT postgres TO current_user',
    'REASSIGN OWNED BY postgres TO current_user',
    'ALTER DEFAULT PRIVILEGES FOR ROLE postgres GRANT ALL ON TABLES TO current_user',
    'ALTER TABLE verdicts OWNER TO current_user',
    `UPDATE pg_class SET relowner = 0 WHERE relname = 'verdicts'`,
    // Going around PostgreSQL.
    `COPY verdicts TO PROGRAM 'cat'`,
    `COPY events TO '/tmp/events'`,
    `SELECT pg_read_file('postgresql.conf')`,
    `SELECT pg_ls_dir('.')`,
    `SELECT lo_import('/etc/passwd')`,
    `ALTER DATABASE ${'postgres'} SET session_replication_role = 'replica'`,
  ])('may not: %s', async (text) => {
    expect(await refusal(text)).toBe(NOT_ALLOWED);
  });

  it('may not change the settings of the server', async () => {
    // It is refused before the transaction, in which it would be refused anyway.
    const set = client.query(`ALTER SYSTEM SET session_replication_role = 'replica'`);
    await expect(set).rejects.toMatchObject({ code: NOT_ALLOWED });
  });

  it('gets no right by granting one to itself', async () => {
    // PostgreSQL answers with a warning.
    await client.query('GRANT ALL ON verdicts, events TO current_user');
    await client.query('GRANT ALL ON SCHEMA public TO current_user');
    const now = await state();
    expect(now && compareRole(now)).toEqual({ missing: [], excess: [] });
  });

  it('is found if somebody grants it a function of retention, and loses it with the owner', async () => {
    const { name } = inject('serverRole');
    const grant = (text: string) => sql(text.replace('ROLE', `"${name}"`));
    await grant('GRANT EXECUTE ON FUNCTION remove_document(integer, text) TO ROLE');
    try {
      const now = await state();
      expect(now && compareRole(now).excess).toEqual(['EXECUTE ON remove_document']);
      expect(await checkRole(client)).toBe(true);
      const login = { url: serverDatabaseUrl(), connectTimeoutMs: 5_000 };
      await withClient(testDatabaseUrl(), async (owner) => {
        expect(await prepareRole(owner, login)).toBe(name);
      });
      expect(await checkRole(client)).toBe(false);
    } finally {
      await grant('REVOKE EXECUTE ON FUNCTION remove_document(integer, text) FROM ROLE');
    }
  });

  it('may record the rows of each kind that are older than the events', async () => {
    expect(await refusal(NEXT_IMPORT.text)).toBeUndefined();
    for (const kind of Object.keys(ROWS) as ImportedKind[]) {
      const refused = await refusal(importBatch(kind).text, [null, false, 10]);
      expect([kind, refused]).toEqual([kind, undefined]);
    }
  });

  it('does what a release needs, by way of the triggers', async () => {
    const { id } = await createRelease(context.app);
    expect(await sql('SELECT changes FROM release_facts WHERE release_id = $1', [id])).toEqual([]);
    const artifact = { name: 'shop', kind: 'file', sha256: 'a'.repeat(64) };
    const url = `/releases/${id}/artifacts`;
    const added = await context.app.inject({ method: 'POST', url, payload: artifact });
    expect(added.statusCode, added.body).toBe(201);
    expect(await sql('SELECT changes FROM release_facts WHERE release_id = $1', [id])).toEqual([
      { changes: '1' },
    ]);
    const change = `UPDATE releases SET state = 'open' WHERE id = '${id}'`;
    const sealed = await context.app.inject({ method: 'POST', url: `/releases/${id}/seal` });
    expect(sealed.statusCode).toBe(200);
    expect(await refusal(change)).toBe('23001'); // restrict_violation, by the trigger
  });
});
