import type { LightMyRequestResponse } from 'fastify';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepareSchema } from '../../src/database/migrate.js';
import { schemaState } from '../../src/database/schema-state.js';
import { execute } from '../setup/databases.js';
import { buildTestApp } from '../support/app.js';
import { createEmptyDatabase } from '../support/database.js';
import { nextPage } from '../support/requests.js';

/** The old service's DDL, as SQLAlchemy issues it. */
const OLD_DDL = [
  `CREATE TABLE projects (
     id SERIAL NOT NULL, name VARCHAR NOT NULL, status VARCHAR NOT NULL, PRIMARY KEY (id))`,
  'CREATE INDEX ix_projects_id ON projects (id)',
];
const LONG_STATUS = Array.from({ length: 5000 }, (_, i) =>
  String.fromCodePoint(0x4e00 + ((i * 7919) % 20_000)),
).join('');
const MIGRATIONS = [
  '20240101000000_projects',
  '20261122000000_project_details',
  '20261122000001_mend_project_details',
  '20261123000000_callers',
  '20261123000001_mend_callers',
  '20261125000000_releases_and_evidence',
  '20261125000001_mend_releases_and_evidence',
  '20261125120000_policies',
  '20261128100000_readable_views',
  '20261128120000_events',
  '20261128120001_mend_events',
  '20261129000000_coverage',
  '20261129010000_baseline_2',
  '20261129120000_rights_not_truncated',
  '20261129130000_aliases_of_a_release',
  '20261129132000_keys_of_packages',
  '20261129133000_waivers_about',
  '20261129140000_ids_in_order',
  '20261129150000_search_paths',
  '20261130100000_times_of_the_database',
  '20261130110000_kept_counts',
  '20261201100000_decisions',
  '20261201110000_transparency_log',
  '20261201130000_attestations',
  '20261202100000_identities',
  '20261202120000_events_well_formed',
  '20261203100000_approvals',
  '20261203110000_promotion',
  '20261204110000_queued_events',
  '20261204130000_break_glass',
  '20261204140000_webhooks',
  '20261204150000_recent_sign_in',
  '20261204160000_waivers_of_findings',
  '20261205100000_digests_of_all_rows',
  '20261205120000_own_reviews',
  '20261205160000_passed_deployments',
  '20261206110000_doubts',
  '20261206140000_project_keys',
  '20261206150000_ending_waivers',
  '20261207100000_retention',
];

let database: Awaited<ReturnType<typeof createEmptyDatabase>>;
beforeEach(async () => {
  database = await createEmptyDatabase();
});
afterEach(() => database.drop());

const migrate = (apply = true) => prepareSchema(database.url, { apply, connectTimeoutMs: 5000 });

async function rows<Row extends pg.QueryResultRow>(text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  return client
    .query<Row>(text)
    .then((result) => result.rows)
    .finally(() => client.end());
}

async function insertOldProjects() {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const projects = [
    [1, 'Mon Projet', 'active'],
    [2, '', 'planned'],
    [4, 'x'.repeat(300), LONG_STATUS],
    [5, '  spaces  ', ''],
    [6, 'tab\there', 'planned'],
    [9, LONG_STATUS, 'done'],
  ];
  for (const project of projects) {
    await client.query('INSERT INTO projects (id, name, status) VALUES ($1, $2, $3)', project);
  }
  await client.query(`SELECT setval('projects_id_seq', 11)`);
  await client.end();
  return projects;
}

describe('a database of the old service', () => {
  it('is adopted with all its projects, their ids and the next id', async () => {
    await execute(database.url, ...OLD_DDL);
    const projects = await insertOldProjects();
    const before = Date.now();
    expect(await migrate()).toEqual({ applied: MIGRATIONS.slice(1), unknown: [] });

    const app = await buildTestApp(database.url);
    const list = (await app.inject('/projects')).json();
    expect(
      list.map((p: { id: number; name: string; status: string }) => [p.id, p.name, p.status]),
    ).toEqual(projects);
    for (const { id, createdAt, updatedAt } of list) {
      expect((await app.inject(`/projects/${id}`)).statusCode).toBe(200);
      expect(Math.abs(Date.parse(createdAt) - before)).toBeLessThan(60_000);
      expect(updatedAt).toBe(createdAt);
    }
    for (const sort of ['name', '-name', 'createdAt', '-createdAt', '-id']) {
      const ids: number[] = [];
      for (let url: string | undefined = `/projects?limit=1&sort=${sort}`; url; ) {
        const page: LightMyRequestResponse = await app.inject(url);
        expect(page.statusCode, page.body).toBe(200);
        ids.push(...page.json().map(({ id }: { id: number }) => id));
        url = nextPage(page);
      }
      expect(
        ids.sort((a, b) => a - b),
        sort,
      ).toEqual([1, 2, 4, 5, 6, 9]);
    }
    const created = await app.inject({ method: 'POST', url: '/projects', payload: { name: 'A' } });
    expect(created.json().id).toBe(12);
    await app.close();
  });

  it('can still be written to by the old service', async () => {
    await execute(database.url, ...OLD_DDL);
    await migrate();
    await execute(database.url, `INSERT INTO projects (name, status) VALUES ('A', 'planned')`);
    const app = await buildTestApp(database.url);
    expect((await app.inject('/projects/1')).json()).toMatchObject({
      name: 'A',
      description: null,
    });
    await app.close();
  });

  it('is not changed if its table has other columns', async () => {
    await execute(database.url, 'CREATE TABLE projects (id uuid PRIMARY KEY, title text)');
    await expect(migrate()).rejects.toThrow(
      /table "projects" of another program.*id uuid,title text/,
    );
    expect(await rows(`SELECT to_regclass('_prisma_migrations') AS migrations`)).toEqual([
      { migrations: null },
    ]);
  });
});

describe('migrations', () => {
  it('migrate an empty database once', async () => {
    expect(await migrate()).toEqual({ applied: MIGRATIONS, unknown: [] });
    expect(await migrate()).toEqual({ applied: [], unknown: [] });
  });

  it('are applied by one of many instances that start at once', async () => {
    const results = await Promise.all(Array.from({ length: 6 }, () => migrate()));
    const applied = results.filter(({ applied: names }) => names.length > 0);
    expect(applied).toEqual([{ applied: MIGRATIONS, unknown: [] }]);
  });

  it('are only checked with MIGRATE_ON_START=false', async () => {
    await expect(migrate(false)).rejects.toThrow(
      /behind this server: 20240101000000_projects, 2026/,
    );
    expect(await rows(`SELECT to_regclass('projects') AS projects`)).toEqual([{ projects: null }]);
    await migrate();
    expect(await migrate(false)).toEqual({ applied: [], unknown: [] });
  });

  it('that failed before stop the start and are named', async () => {
    await execute(database.url, 'CREATE TYPE projects AS ENUM ()');
    await expect(migrate()).rejects.toThrow(/already exists/);
    await expect(migrate()).rejects.toThrow(
      /migration 20240101000000_projects failed.*--rolled-back/,
    );
    await expect(migrate(false)).rejects.toThrow(/20240101000000_projects/);
  });

  it('of a newer server are reported, and do not stop an older server', async () => {
    await migrate();
    await execute(
      database.url,
      `INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name)
       VALUES ('x', 'x', now(), '29990101000000_future')`,
    );
    expect(await migrate()).toEqual({ applied: [], unknown: ['29990101000000_future'] });
  });

  it('do not allow a row that the API cannot return', async () => {
    await migrate();
    for (const time of ['infinity', '20000-01-01', '0001-01-01 BC']) {
      const insert = `INSERT INTO projects (name, status, created_at) VALUES ('A', 'b', '${time}')`;
      await expect(execute(database.url, insert)).rejects.toThrow(/projects_created_at_check/);
    }
    await execute(
      database.url,
      `INSERT INTO projects (id, name, status) VALUES (-5, 'A', 'b'), (0, 'B', 'b')`,
    );
    const app = await buildTestApp(database.url);
    const first = await app.inject('/projects?limit=1');
    expect((await app.inject(nextPage(first) ?? '')).json()).toMatchObject([{ id: 0, name: 'B' }]);
    await app.close();
  });

  it('work in a separate schema', async () => {
    await execute(database.url, 'CREATE SCHEMA tenant');
    await migrate(); // a first installation in the same database, which has pg_trgm in public
    const url = `${database.url}?schema=tenant`;
    await prepareSchema(url, { apply: true, connectTimeoutMs: 5000 });
    const app = await buildTestApp(url);
    await app.inject({ method: 'POST', url: '/projects', payload: { name: 'A' } });
    expect((await app.inject('/projects/1')).statusCode).toBe(200);
    await app.close();
    expect(await rows('SELECT name FROM tenant.projects')).toEqual([{ name: 'A' }]);
  });

  it('refuse a role that may not change the tables, in one line', async () => {
    const role = `${new URL(database.url).pathname.slice(1)}_role`;
    await execute(database.url, ...OLD_DDL, `CREATE ROLE ${role} LOGIN PASSWORD 'x'`);
    const url = Object.assign(new URL(database.url), { username: role, password: 'x' }).href;
    const refused = prepareSchema(url, { apply: true, connectTimeoutMs: 5000 });
    await expect(refused).rejects.toThrow(
      /^the role srp_test_\w+ may not change the tables[^\n]*$/,
    );
    await execute(database.url, `DROP ROLE ${role}`);
  });

  it('refuse a database whose encoding cannot hold every name', async () => {
    const latin = await createEmptyDatabase("ENCODING 'LATIN1' LOCALE 'C'");
    await expect(prepareSchema(latin.url, { apply: true, connectTimeoutMs: 5000 })).rejects.toThrow(
      /encoding is LATIN1/,
    );
    await latin.drop();
  });
});

describe('the schema state', () => {
  it('passes on other errors', async () => {
    const pool = new pg.Pool({ connectionString: 'postgresql://nobody@127.0.0.1:1/none' });
    await expect(schemaState(pool)).rejects.toThrow(/ECONNREFUSED/);
    await pool.end();
  });
});
