import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepareDatabase } from '../../src/database/prepare.js';
import { readRole } from '../../src/database/role/state.js';
import { withRole } from '../setup/databases.js';
import { serverDatabaseUrl } from '../support/database.js';
import { createOwnedDatabase, withClient } from '../support/server-role.js';

/** How a start makes the role of the server, in a database of its own. */

let database: Awaited<ReturnType<typeof createOwnedDatabase>>;
beforeEach(async () => {
  database = await createOwnedDatabase();
});
afterEach(() => database.drop());

const asServer = (text: string) =>
  withClient(database.access.url, async (client) => (await client.query(text)).rows);
const refused = (text: string) => expect(asServer(text)).rejects.toMatchObject({ code: '42501' });
const state = (name = database.server.name) =>
  withClient(database.ownerUrl, (owner) => readRole(owner, name));

/** Changes with every statement that grants, revokes or alters. */
const versions = () =>
  withClient(database.ownerUrl, async (owner) => {
    const { rows } = await owner.query(
      `SELECT (SELECT json_agg(c.xmin::text ORDER BY c.oid) FROM pg_class c
                WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v', 'S')) AS relations,
              (SELECT d.xmin::text FROM pg_database d WHERE d.datname = current_database()) AS database,
              (SELECT r.xmin::text FROM pg_authid r WHERE r.rolname = $1) AS role`,
      [database.server.name],
    );
    return rows[0];
  });

describe('the start as the owner', () => {
  it('makes the role, which can log in and add, and only reads the next time', async () => {
    expect(await database.prepare()).toMatchObject({
      mayRewrite: false,
      granted: database.server.name,
    });
    await asServer(`INSERT INTO projects (name) VALUES ('shop')`);
    await refused('DELETE FROM events');
    const before = await versions();
    expect(await database.prepare()).toEqual({
      applied: [],
      unknown: [],
      mayRewrite: false,
      granted: undefined,
      roleSettings: [],
    });
    expect(await versions()).toEqual(before);
  });

  it('gives an existing installation the role, and keeps its rows', async () => {
    await database.migrate();
    await database.execute(`INSERT INTO projects (name) VALUES ('shop')`);
    await database.prepare();
    expect(await asServer('SELECT name FROM projects')).toEqual([{ name: 'shop' }]);
  });

  it('takes away what somebody has granted, also to everyone', async () => {
    await database.prepare();
    const { name } = database.server;
    await database.execute(
      `ALTER ROLE ${name} CREATEDB CREATEROLE INHERIT BYPASSRLS REPLICATION`,
      `GRANT UPDATE ON verdicts TO ${name}`,
      `GRANT UPDATE (actor) ON events TO ${name}`,
      'GRANT DELETE, TRUNCATE ON evidence TO PUBLIC',
      'GRANT CREATE ON SCHEMA public TO PUBLIC',
      `GRANT UPDATE ON SEQUENCE projects_id_seq TO ${name}`,
      `DO $$ BEGIN EXECUTE format('GRANT TEMPORARY, CREATE ON DATABASE %I TO PUBLIC', current_database()); END $$`,
    );
    await database.prepare();
    expect(await state()).toMatchObject({
      attributes: [],
      place: ['CONNECT', 'USAGE ON SCHEMA'],
      settableSequences: [],
    });
    await refused(`UPDATE verdicts SET decision = 'allow'`);
    await refused(`UPDATE events SET actor = 'alice'`);
    await refused('TRUNCATE evidence');
    await refused('CREATE TEMPORARY TABLE verdicts (id int)');
  });

  it('gives back what somebody has taken', async () => {
    await database.prepare();
    const { name } = database.server;
    await database.execute(
      `REVOKE ALL ON projects, events FROM ${name}`,
      `ALTER ROLE ${name} NOLOGIN`,
    );
    await database.prepare();
    await asServer(`INSERT INTO projects (name) VALUES ('shop')`);
  });

  it('lets the role read and add to tables that are made later, and no more', async () => {
    await database.prepare();
    await database.execute('CREATE TABLE later (id serial PRIMARY KEY, name text)');
    await asServer(`INSERT INTO later (name) VALUES ('a')`);
    expect(await asServer('SELECT * FROM later')).toEqual([{ id: 1, name: 'a' }]);
    await refused(`UPDATE later SET name = 'b'`);
    await refused('DELETE FROM later');
  });

  it('leaves the rights that a newer version has granted', async () => {
    await database.prepare();
    await database.execute(
      `GRANT UPDATE (title) ON findings TO ${database.server.name}`,
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at)
       VALUES ('x', '', '29990101000000_later', now())`,
    );
    expect(await database.prepare()).toMatchObject({ unknown: ['29990101000000_later'] });
    await asServer('UPDATE findings SET title = NULL');
  });

  it('sets the password of DATABASE_URL, and never writes it into a statement', async () => {
    await database.prepare();
    const url = withRole(database.ownerUrl, { ...database.server, password: 'new pass/word' });
    await database.prepare({ url });
    await expect(asServer('SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    await withClient(url, (client) => client.query('SELECT 1'));
    const [stored] = await withClient(database.ownerUrl, async (owner) => {
      const text = 'SELECT rolpassword AS verifier FROM pg_authid WHERE rolname = $1';
      return (await owner.query<{ verifier: string }>(text, [database.server.name])).rows;
    });
    expect(stored?.verifier).toMatch(/^SCRAM-SHA-256\$4096:/);
  });

  it('says what to set if the role has no password', async () => {
    const url = withRole(database.ownerUrl, { ...database.server, password: '' });
    await expect(database.prepare({ url })).rejects.toThrow(
      /cannot log in as the role .* of DATABASE_URL: .*Set SIGNING_KEYS_DIR, or a password in DATABASE_URL$/s,
    );
  });

  it('may happen in many databases of one PostgreSQL at the same time', async () => {
    const others = await Promise.all([1, 2, 3].map(() => createOwnedDatabase()));
    try {
      const all = others.map((other) =>
        other.prepare({ url: withRole(other.ownerUrl, database.server) }),
      );
      expect(await Promise.all([database.prepare(), database.prepare(), ...all])).toHaveLength(5);
    } finally {
      await Promise.all(others.map((other) => other.drop()));
    }
  });

  it('works in a separate schema', async () => {
    await database.execute('CREATE SCHEMA app');
    const withSchema = (url: string) => `${url}?schema=app`;
    const { ownerUrl } = database;
    await database.prepare({
      url: withSchema(database.access.url),
      ownerUrl: withSchema(ownerUrl),
    });
    await asServer(`INSERT INTO app.projects (name) VALUES ('shop')`);
    await refused('CREATE TABLE app.mine (id int)');
    await refused('DELETE FROM app.events');
  });

  it('works as an owner who is not a superuser, and may create roles', async () => {
    const owner = await database.createRole('CREATEROLE');
    await database.execute(
      `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO ${owner.name}', current_database()); END $$`,
    );
    const ownerUrl = withRole(database.ownerUrl, owner);
    await database.prepare({ ownerUrl });
    await asServer(`INSERT INTO projects (name) VALUES ('shop')`);
    await refused('DELETE FROM events');
    await refused(`SET ROLE ${owner.name}`);
    const url = withRole(database.ownerUrl, { ...database.server, password: 'another' });
    await database.prepare({ ownerUrl, url });
    await withClient(url, (client) => client.query('SELECT 1'));
    await database.execute(
      `DROP OWNED BY ${owner.name} CASCADE`,
      `REASSIGN OWNED BY ${owner.name} TO CURRENT_USER`,
    );
  });
});

describe('the start as the owner refuses', () => {
  it.each([
    ['a superuser', 'SUPERUSER', /is a superuser, so it could rewrite the record/],
    ['a member of another role', 'IN ROLE pg_read_all_data', /is a member of pg_read_all_data/],
  ])('a role that is %s, and does not change it', async (_what, attributes, message) => {
    const role = await database.createRole(attributes);
    const before = await state(role.name);
    const url = withRole(database.ownerUrl, role);
    await expect(database.prepare({ url })).rejects.toThrow(message);
    const after = await state(role.name);
    expect(after?.attributes).toEqual(before?.attributes);
    expect(after?.memberOf).toEqual(before?.memberOf);
    expect(after?.superuser).toBe(before?.superuser);
  });

  it('a role that owns something in the database', async () => {
    const role = await database.createRole('');
    await database.migrate();
    await database.execute(
      `CREATE TABLE theirs (id int)`,
      `ALTER TABLE theirs OWNER TO ${role.name}`,
    );
    const url = withRole(database.ownerUrl, role);
    await expect(database.prepare({ url })).rejects.toThrow(/owns the database or something in it/);
  });

  it('an owner who may not create roles, and says what to do', async () => {
    const owner = await database.createRole('');
    await database.execute(
      `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO ${owner.name}', current_database()); END $$`,
    );
    await expect(
      database.prepare({ ownerUrl: withRole(database.ownerUrl, owner) }),
    ).rejects.toThrow(
      /^the role of MIGRATION_DATABASE_URL cannot make the role .*: permission denied to create role/,
    );
    await database.execute(
      `DROP OWNED BY ${owner.name} CASCADE`,
      `REASSIGN OWNED BY ${owner.name} TO CURRENT_USER`,
    );
  });

  it('two databases', async () => {
    const { pathname } = new URL(serverDatabaseUrl());
    const url = Object.assign(new URL(database.access.url), { pathname }).href;
    await expect(database.prepare({ url })).rejects.toThrow(
      'DATABASE_URL and MIGRATION_DATABASE_URL must lead to the same database and schema, as two roles',
    );
  });
});

describe('the start without the owner', () => {
  const prepareAlone = (url: string) =>
    prepareDatabase({ url }, { apply: true, connectTimeoutMs: 5000 });

  it('says whether the role may rewrite the record', async () => {
    await database.migrate();
    expect(await prepareAlone(database.ownerUrl)).toMatchObject({ mayRewrite: true });
    await database.prepare();
    expect(await prepareAlone(database.access.url)).toMatchObject({ mayRewrite: false });
    await database.execute(`GRANT UPDATE (actor) ON events TO ${database.server.name}`);
    expect(await prepareAlone(database.access.url)).toMatchObject({ mayRewrite: true });
  });

  it('names the rights that are missing, and the command that grants them', async () => {
    await database.prepare();
    await database.execute(`REVOKE INSERT ON events FROM ${database.server.name}`);
    await expect(prepareAlone(database.access.url)).rejects.toThrow(
      `the role ${database.server.name} lacks rights (42501): INSERT ON events. Run "npm run db:migrate" with the ` +
        "owner's URL in MIGRATION_DATABASE_URL: it also grants",
    );
  });
});
