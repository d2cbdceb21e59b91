import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/config.js';
import { openDatabase } from '../../src/database/client.js';
import { prepareSchema } from '../../src/database/migrate.js';
import { useApp } from '../support/app.js';
import {
  createEmptyDatabase,
  serverDatabaseUrl,
  sql,
  testDatabaseUrl,
} from '../support/database.js';
import { createRelease } from '../support/releases.js';

/** A temporary table of the same name must not stand in for a table of the schema. */

const context = useApp();

async function onSession<T>(
  use: (client: pg.Client) => Promise<T>,
  connectionString = testDatabaseUrl(),
): Promise<T> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  return use(client).finally(() => client.end());
}

const changes = async (release: string) =>
  Number(
    (await sql('SELECT changes FROM release_facts WHERE release_id = $1', [release]))[0]?.changes ??
      0,
  );

describe('a temporary table', () => {
  it('does not hide a change from the facts of a release', async () => {
    const { id } = await createRelease(context.app);
    const before = await changes(id);
    await onSession(async (client) => {
      await client.query(
        'CREATE TEMPORARY TABLE release_facts (LIKE public.release_facts INCLUDING ALL)',
      );
      await client.query(
        `INSERT INTO artifacts (id, project_id, release_id, sha256, name, kind, created_by)
         SELECT uuid_v7(), project_id, id, repeat('a', 64), 'shop', 'file', 'x' FROM releases WHERE id = $1`,
        [id],
      );
      const { rows } = await client.query('SELECT 1 FROM pg_temp.release_facts');
      expect(rows).toEqual([]);
    });
    expect(await changes(id)).toBeGreaterThan(before);
  });

  it('is not found first by any function of a trigger, nor by a connection of the server', async () => {
    const functions = await sql(
      `SELECT p.proname AS name FROM pg_proc p
        WHERE p.pronamespace = 'public'::regnamespace AND p.prorettype = 'trigger'::regtype
          AND NOT COALESCE(p.proconfig @> ARRAY['search_path=public, pg_temp'], false)`,
    );
    expect(functions).toEqual([]);
    const database = openDatabase(serverDatabaseUrl(), loadConfig({}));
    const { rows } = await database.pool.query('SHOW search_path');
    await database.close();
    expect(rows).toEqual([{ search_path: '"public",pg_temp' }]);
  });

  it('cannot be created by a role that does not own the database', async () => {
    const database = await createEmptyDatabase();
    try {
      await prepareSchema(database.url, { apply: true, connectTimeoutMs: 5000 });
      const create = onSession(async (client) => {
        await client.query('BEGIN; CREATE ROLE srp_test_reader; SET LOCAL ROLE srp_test_reader');
        await client.query('CREATE TEMPORARY TABLE releases (id INT)');
      }, database.url);
      await expect(create).rejects.toMatchObject({ code: '42501' });
    } finally {
      await database.drop();
    }
  });
});
