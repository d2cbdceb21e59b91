import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { run } from '../../src/database/sql.js';
import { ROWS } from '../../src/events/index.js';
import { digestedColumns } from '../../src/features/evidence/index.js';
import { TABLES, verifySnapshot } from '../../src/features/verification/index.js';
import { testDatabaseUrl } from '../support/database.js';
import { sharedReader, wholeRecord } from '../support/record.js';
import { createRelease } from '../support/releases.js';

interface Column {
  readonly table: string;
  readonly name: string;
  /** Name of the type in PostgreSQL's catalogue. */
  readonly type: string;
  readonly isEnum: boolean;
}

const COLUMNS = `
  SELECT c.relname AS table, a.attname AS name, t.typname AS type, t.typtype = 'e' AS "isEnum"
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
   WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
   ORDER BY c.relname, a.attnum`;

/** The owner of a table can also take its constraints away. */
const UNCHECKED = (table: string) => `
  DO $$ DECLARE c TEXT; BEGIN
    FOR c IN SELECT conname FROM pg_constraint WHERE conrelid = '${table}'::regclass AND contype = 'c' LOOP
      EXECUTE format('ALTER TABLE ${table} DROP CONSTRAINT %I', c);
    END LOOP;
  END $$`;

/** An event that has no entry yet. The queue of a log that is settled is empty. */
const WAITING = `
  WITH e AS (INSERT INTO events (type, subject_kind, subject_id, project_id, actor, data)
             VALUES ('audit-pack.issued', 'release', '1', 1, 'test', '{"environment":null}') RETURNING id)
  INSERT INTO log_queue SELECT id FROM e`;

const OTHER: Readonly<Record<string, (value: string) => string>> = {
  text: (value) => `coalesce(${value}, '') || 'x'`,
  varchar: (value) => `coalesce(${value}, '') || 'x'`,
  int4: (value) => `coalesce(${value}, 0) + 1`,
  int8: (value) => `coalesce(${value}, 0) + 1`,
  float8: (value) => `coalesce(${value}, 0) + 1`,
  bool: (value) => `NOT coalesce(${value}, false)`,
  uuid: () => 'gen_random_uuid()',
  timestamptz: (value) => `coalesce(${value}, now()) + interval '1 second'`,
  bytea: (value) => `sha256(coalesce(${value}, ''))`,
  jsonb: () => `'{"x":1}'`,
  _text: (value) => `array_append(coalesce(${value}, '{}'), 'x')`,
  _int4: (value) => `array_append(coalesce(${value}, '{}'), 99)`,
};

/** Changes the column in one row, which has a value if any has. */
function changeOf({ table, name, type, isEnum }: Column): string {
  const value = `"${name}"`;
  const other = isEnum
    ? `(SELECT e FROM unnest(enum_range(NULL::${type})) e WHERE e IS DISTINCT FROM ${value} LIMIT 1)`
    : OTHER[type]?.(value);
  if (other === undefined) throw new Error(`no other value of the type ${type}`);
  // The largest number, so that no other row has the next one.
  const first = ['int4', 'int8'].includes(type) ? `${value} DESC, ` : '';
  return `UPDATE ${table} SET ${value} = ${other}
           WHERE ctid = (SELECT ctid FROM ${table} ORDER BY ${value} IS NULL, ${first}ctid DESC LIMIT 1)`;
}

/** Columns that a digest of whole rows covers, whatever their names are. */
function isDigested({ table, name }: Column): boolean {
  const source = Object.values(ROWS).find((one) => one.table === table);
  if (source) return !source.without?.includes(name);
  return isParsed(table) && digestedColumns(table).some((column) => column.name === name);
}

const PARSED = ['components', 'findings', 'claims', 'vulnerability_aliases'] as const;
const isParsed = (table: string): table is (typeof PARSED)[number] =>
  PARSED.some((name) => name === table);

/** Tables that have rows of earlier versions and of later links only. `tables.limits.test.ts` adds rows to them. */
const EMPTY: ReadonlySet<string> = new Set(['deployment_doubts', 'break_glass_own_reviews']);

const exceptionsOf = (table: string) => Object.keys(TABLES[table]?.except ?? {});

describe('npm run log -- verify', () => {
  it('finds a change of each column, except of those that the table of the tables names', async () => {
    const log = await wholeRecord();
    await createRelease(log.app, { version: '3.0.0' });
    await log.settle();
    const signed = await log.keys.lastSigned();
    const client = new pg.Client({
      connectionString: testDatabaseUrl(),
      options: '-c TimeZone=UTC',
    });
    await client.connect();
    onTestFinished(() => client.end());
    const isFound = async () => {
      let found = false;
      await verifySnapshot((statement, values) => run(client, statement, values), signed, {
        keys: log.keys,
        report() {
          found = true;
        },
        openReader: sharedReader,
      });
      return found;
    };
    expect(await isFound()).toBe(false);
    const { rows: all } = await client.query<Column>(COLUMNS);
    const columns = all.filter(({ table }) => TABLES[table]?.with !== undefined);
    const named = columns.map(({ table, name }) => `${table}.${name}`);
    const tables = Object.keys(TABLES);
    const excepted = tables.flatMap((table) =>
      exceptionsOf(table).map((name) => `${table}.${name}`),
    );
    expect(excepted.filter((name) => !named.includes(name))).toEqual([]);
    const missed: string[] = [];
    for (const column of columns) {
      const { table, name } = column;
      if (isDigested(column) || exceptionsOf(table).includes(name)) continue;
      if (EMPTY.has(table)) {
        expect((await client.query(`SELECT FROM ${table}`)).rowCount, table).toBe(0);
        continue;
      }
      await client.query('BEGIN; SET LOCAL session_replication_role = replica');
      if (table === 'log_queue') {
        await client.query(WAITING);
        expect(await isFound()).toBe(false);
      }
      await client.query(UNCHECKED(table));
      const { rowCount } = await client.query(changeOf(column));
      if (!rowCount || !(await isFound())) missed.push(`${table}.${name}`);
      await client.query('ROLLBACK');
    }
    expect(missed).toEqual([]);
  });
});
