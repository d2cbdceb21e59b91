import { describe, expect, it } from 'vitest';
import { importRows } from '../../src/events/import.js';
import { ROWS } from '../../src/events/index.js';
import { sql } from '../support/database.js';
import { anotherPool, type LogApp, logApp, tamper } from '../support/log.js';
import { createRelease } from '../support/releases.js';
import { imported, verified } from '../support/verify.js';

/** As a version without digests left the row: the job records it again. */
async function asBefore(log: LogApp, where: string) {
  await sql(`BEGIN; SET LOCAL session_replication_role = replica;
             UPDATE events SET data = (data::jsonb - 'row')::text WHERE ${where}; COMMIT`);
  await sql(
    `INSERT INTO event_imports (kind, again) VALUES ('release', true) ON CONFLICT DO NOTHING`,
  );
  await importRows(anotherPool());
  await log.settle();
}

describe('npm run log -- verify', () => {
  it('compares every row of a new database', async () => {
    const { faults, notComparable, rows } = await verified(await imported());
    expect({ faults, notComparable }).toEqual({ faults: [], notComparable: {} });
    expect(rows).toBeGreaterThanOrEqual(5);
  });

  it.each([
    [
      `UPDATE environments SET rank = rank + 1 WHERE name = 'production'`,
      /environment production:/,
    ],
    [`UPDATE environments SET after = '{x}' WHERE name = 'production'`, /environment production:/],
    [`DELETE FROM environments WHERE name = 'production'`, /environment production: it is missing/],
    [`UPDATE policies SET description = 'x' WHERE name = 'baseline'`, /policy baseline:/],
    [`DELETE FROM policies WHERE name = 'baseline'`, /policy baseline: it is missing/],
    [
      `UPDATE policy_versions SET created_by = 'eve' WHERE version = 2`,
      /policy-version baseline\/2:/,
    ],
    [`DELETE FROM policy_versions WHERE version = 2`, /policy-version baseline\/2: it is missing/],
  ])('finds in the rows that migrations made: %s', async (change, fault) => {
    const log = await imported();
    await tamper(change);
    expect((await verified(log)).faults.join('\n')).toMatch(fault);
  });

  it('compares rows that a version without digests recorded, once the job has been through', async () => {
    const log = await logApp();
    const { id } = await createRelease(log.app);
    await asBefore(log, `type = 'release.created'`);
    expect(await verified(log)).toMatchObject({ faults: [], notComparable: {} });
    const [{ n } = { n: 0 }] = await sql<{ n: number }>(
      `SELECT count(*)::int AS n FROM events WHERE type = 'imported' AND subject_id = $1`,
      [id],
    );
    expect(n).toBe(1);
    await tamper(`UPDATE releases SET branch = 'other'`);
    expect((await verified(log)).faults).toEqual([
      `release ${id}: it is not the row that its latest event has the digest of`,
    ]);
  });

  it('does not let a row pass that no event knows', async () => {
    const log = await imported();
    const { id } = await createRelease(log.app);
    const other = '{"id": "01a22465-7233-7c51-89ef-6cfa941ad381", "version": "9"}';
    await tamper(
      `INSERT INTO releases SELECT (jsonb_populate_record(t, '${other}')).* FROM releases t`,
    );
    await asBefore(log, 'false');
    expect((await verified(log)).faults.join('\n')).toMatch(/release \S+: it was added/);
    expect((await verified(log)).faults.join('\n')).not.toContain(id);
  });

  it('compares rows that were written beside the API', async () => {
    const log = await imported();
    const { id } = await createRelease(log.app);
    await sql(`UPDATE environments SET rank = 7 WHERE name = 'production'`);
    await sql(`UPDATE releases SET notes = 'Beside'`);
    await log.settle();
    expect(await verified(log)).toMatchObject({ faults: [], notComparable: {}, besideApi: 2 });
    await tamper(`UPDATE environments SET rank = 8 WHERE name = 'production'`);
    await tamper(`UPDATE releases SET notes = 'Other'`);
    expect((await verified(log)).faults).toEqual([
      `release ${id}: it is not the row that its latest event has the digest of`,
      'environment production: it is not the row that its latest event has the digest of',
    ]);
  });

  it('has the same columns in the trigger of writes beside the API', async () => {
    const [{ source = '' } = {}] = await sql<{ source: string }>(
      `SELECT prosrc AS source FROM pg_proc WHERE oid = 'beside_api()'::regprocedure`,
    );
    const found = [...source.matchAll(/WHEN '([a-z-]+)' THEN ARRAY\[([^\]]+)\]/g)].map(
      ([, kind, columns = '']) => [kind, columns.split(', ').map((one) => one.slice(1, -1))],
    );
    const expected = Object.entries(ROWS).flatMap(([kind, { without }]) =>
      without ? [[kind, without]] : [],
    );
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected));
  });
});
