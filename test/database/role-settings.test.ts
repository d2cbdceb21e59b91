import pg from 'pg';
import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { loadConfig } from '../../src/config/config.js';
import { openDatabase } from '../../src/database/client.js';
import { FIXED_SETTINGS } from '../../src/database/connection.js';
import { query } from '../../src/database/context.js';
import { roleSettings } from '../../src/database/role/settings.js';
import { importRows } from '../../src/events/import.js';
import { verify } from '../../src/features/verification/index.js';
import { serverDatabaseUrl, testDatabaseUrl } from '../support/database.js';
import { anotherPool, logApp } from '../support/log.js';
import { createProject } from '../support/requests.js';
import { withClient } from '../support/server-role.js';

/** What the server's role could set for itself, to change what its statements mean. */
const SETTINGS: Readonly<Record<string, string>> = {
  search_path: 'pg_temp, information_schema',
  TimeZone: "'Asia/Kathmandu'",
  bytea_output: 'escape',
  extra_float_digits: '-15',
  DateStyle: "'German, DMY'",
  IntervalStyle: 'iso_8601',
  standard_conforming_strings: 'off',
  array_nulls: 'off',
  transform_null_equals: 'on',
  gin_fuzzy_search_limit: '1',
  default_transaction_isolation: 'serializable',
};

const alter = (change: (name: string) => string) =>
  withClient(serverDatabaseUrl(), async (client) => {
    const { rows } = await client.query('SELECT current_database() AS name');
    for (const name of Object.keys(SETTINGS))
      await client.query(`ALTER ROLE CURRENT_USER IN DATABASE ${rows[0].name} ${change(name)}`);
  });
beforeEach(() => alter((name) => `SET ${name} = ${SETTINGS[name]}`));
afterEach(() =>
  withClient(testDatabaseUrl(), async (owner) => {
    const { rows } = await owner.query('SELECT current_database() AS name');
    await owner.query(
      `ALTER ROLE ${inject('serverRole').name} IN DATABASE ${rows[0].name} RESET ALL`,
    );
  }),
);

it('PostgreSQL lets the role of the server set these for itself', async () => {
  const client = new pg.Client({ connectionString: serverDatabaseUrl() });
  await client.connect();
  const { rows } = await client.query('SHOW bytea_output');
  await client.end();
  expect(rows).toEqual([{ bytea_output: 'escape' }]);
  const names = Object.keys(SETTINGS).map((name) => name.toLowerCase());
  expect(names.sort()).toEqual([...FIXED_SETTINGS].sort());
});

it('they have no effect in the sessions of the server', async () => {
  const database = openDatabase(serverDatabaseUrl(), loadConfig({}));
  const shown: Record<string, string> = {};
  for (const name of Object.keys(SETTINGS)) {
    const [row] = await query<Record<string, string>>(database, { text: `SHOW ${name}` }, []);
    shown[name] = Object.values(row ?? {})[0] ?? '';
  }
  await database.close();
  expect(shown).toEqual({
    search_path: '"public",pg_temp',
    TimeZone: 'UTC',
    bytea_output: 'hex',
    extra_float_digits: '1',
    DateStyle: 'ISO, MDY',
    IntervalStyle: 'postgres',
    standard_conforming_strings: 'on',
    array_nulls: 'on',
    transform_null_equals: 'off',
    gin_fuzzy_search_limit: '0',
    default_transaction_isolation: 'read committed',
  });
});

it('what it writes is verified, and the settings are named', async () => {
  const { app, keys, settle } = await logApp();
  await importRows(anotherPool());
  await createProject(app);
  await settle();
  const faults: string[] = [];
  const { roleSettings: named } = await verify(anotherPool(), {
    keys,
    report: (fault) => void faults.push(fault),
  });
  expect(faults).toEqual([]);
  expect(named).toHaveLength(Object.keys(SETTINGS).length);
  expect(named.join()).toContain(`${inject('serverRole').name}: search_path`);
  const own = (client: pg.Client) => roleSettings(client, inject('serverRole').name);
  expect(await withClient(testDatabaseUrl(), own)).toHaveLength(named.length);
});
