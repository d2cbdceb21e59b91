import { describe, expect, it } from 'vitest';
import {
  FUNCTION_DIGESTS,
  FUNCTIONS,
  otherFunctions,
  TRIGGER_FUNCTIONS,
} from '../../src/database/functions.js';
import { refuseInterposed } from '../../src/database/interposed.js';
import { run } from '../../src/database/sql.js';
import { checkMigrations } from '../../src/doctor/migrations.js';
import { verifySnapshot } from '../../src/features/verification/index.js';
import { sql, testDatabaseUrl } from '../support/database.js';
import { createOwnedDatabase, withClient } from '../support/server-role.js';

const FUNCTION = `CREATE FUNCTION other() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`;
const INTERPOSED: readonly [statement: string, found: string][] = [
  ['ALTER TABLE verdicts ENABLE ROW LEVEL SECURITY', 'row security on verdicts'],
  ['CREATE POLICY p ON waivers USING (true)', 'the policy p of row security on waivers'],
  [`CREATE RULE r AS ON UPDATE TO releases DO INSTEAD NOTHING`, 'the rule r on releases'],
  [
    `CREATE RULE r AS ON INSERT TO release_overview DO INSTEAD NOTHING`,
    'the rule r on release_overview',
  ],
  [
    `${FUNCTION}; CREATE TRIGGER t BEFORE INSERT ON events EXECUTE FUNCTION other()`,
    'the trigger t on events',
  ],
  ['ALTER TABLE events DISABLE TRIGGER events_kept', 'the disabled trigger events_kept on events'],
  ['CREATE TABLE more () INHERITS (verdicts)', 'verdicts shares rows with more'],
  [
    'ALTER TABLE evidence RENAME TO e; CREATE VIEW evidence AS SELECT * FROM e',
    'evidence is no plain table',
  ],
  ['CREATE TEMPORARY TABLE verdicts (id int)', 'verdicts is in several schemas of the search path'],
];

describe('what stands between the server and its tables', () => {
  it('is nothing in a database that migrations made, whose trigger functions are known', async () => {
    await withClient(testDatabaseUrl(), (client) => refuseInterposed(client, false));
    const rows = await sql<{ name: string }>(
      `SELECT DISTINCT p.proname AS name FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
        WHERE NOT t.tgisinternal ORDER BY 1`,
    );
    expect(rows.map(({ name }) => name)).toEqual(TRIGGER_FUNCTIONS);
  });

  it('is no function that somebody replaced, added or dropped', () =>
    withClient(testDatabaseUrl(), async (client) => {
      const digests = async () =>
        (await client.query<{ name: string; sha256: string }>(FUNCTION_DIGESTS.text)).rows;
      const found = await digests();
      expect(Object.fromEntries(found.map(({ name, sha256 }) => [name, sha256]))).toEqual(
        FUNCTIONS,
      );
      expect(otherFunctions(found)).toEqual([]);
      const replaced = `CREATE OR REPLACE FUNCTION deployment_is_in_doubt(d deployments) RETURNS boolean
                        LANGUAGE sql STABLE AS 'SELECT false'`;
      for (const [statement, name] of [
        [replaced, 'deployment_is_in_doubt'],
        [
          `CREATE FUNCTION is_own_review(int) RETURNS boolean LANGUAGE sql AS 'SELECT false'`,
          'is_own_review',
        ],
        [FUNCTION, 'other'],
        ['DROP FUNCTION beside_api CASCADE', 'beside_api'],
      ] as const) {
        await client.query(`BEGIN; ${statement}`);
        expect(otherFunctions(await digests())).toEqual([name]);
        const faults: string[] = [];
        const read = <Row extends object>(text: { text: string }, values: unknown[]) =>
          run<Row>(client, text, values);
        await verifySnapshot(read, undefined, {
          keys: undefined,
          report: (fault) => void faults.push(fault),
        });
        expect(faults.join()).toContain(`the function ${name} is not the one of the migrations`);
        await client.query('ROLLBACK');
      }
    }));

  it.each(INTERPOSED)(
    '%s: the start refuses it, verify and the doctor name it',
    (statement, found) =>
      withClient(testDatabaseUrl(), async (client) => {
        await client.query(`BEGIN; ${statement}`);
        await expect(refuseInterposed(client, false)).rejects.toThrow(found);
        const read = <Row extends object>(text: { text: string }, values: unknown[]) =>
          run<Row>(client, text, values);
        const findings = await checkMigrations({ client, read } as never);
        expect(findings.map(({ found: text }) => text).join()).toContain(found);
        const faults: string[] = [];
        await verifySnapshot(read, undefined, {
          keys: undefined,
          report: (fault) => void faults.push(fault),
        }).catch(() => {}); // the table is not what it was
        expect(faults.join('\n')).toContain(found);
        await client.query('ROLLBACK');
      }),
  );

  it('stops the start', async () => {
    const database = await createOwnedDatabase();
    await database.prepare();
    await withClient(database.ownerUrl, (client) =>
      client.query('ALTER TABLE verdicts ENABLE ROW LEVEL SECURITY'),
    );
    await expect(database.prepare()).rejects.toThrow('row security on verdicts');
    const alone = { url: database.ownerUrl, ownerUrl: undefined };
    await expect(database.prepare(alone)).rejects.toThrow('row security on verdicts');
  });

  it('knows no triggers of a newer version', () =>
    withClient(testDatabaseUrl(), async (client) => {
      await client.query(
        `BEGIN; ${FUNCTION}; CREATE TRIGGER t BEFORE INSERT ON events EXECUTE FUNCTION other()`,
      );
      await refuseInterposed(client, true);
      await client.query('ROLLBACK');
    }));
});
