import { describe, expect, it } from 'vitest';
import { sql } from '../support/database.js';
import { tamper } from '../support/log.js';
import { createProject } from '../support/requests.js';
import { imported, recorded, verified } from '../support/verify.js';

describe('npm run log -- verify, of rows from before the digests', () => {
  it('compares all of them', async () => {
    const log = await recorded({ stock: true });
    const { faults, notComparable } = await verified(log);
    expect({ faults, notComparable }).toEqual({ faults: [], notComparable: {} });
  });

  it.each([
    [`UPDATE verdicts SET results = '[]'`, /verdict \S+: its results were changed/],
    [
      `UPDATE verdicts SET results = jsonb_set(results, '{0,message}', '"Fine"')`,
      /verdict \S+: its results were changed/,
    ],
    [
      `UPDATE waivers SET fingerprints = ARRAY[repeat('0', 64)]`,
      /waiver \S+: its fingerprints are not what its events say/,
    ],
    [`UPDATE waivers SET reason = 'Harmless'`, /waiver \S+: it is not the row/],
    [`UPDATE verdicts SET verdict_hash = repeat('0', 64)`, /verdict \S+: it is not the row/],
  ])('finds %s', async (change, fault) => {
    const log = await recorded({ stock: true });
    await tamper(change);
    expect((await verified(log)).faults.join('\n')).toMatch(fault);
  });

  it('says that it cannot compare results of which an earlier version recorded no digest', async () => {
    const log = await recorded({ stock: true });
    const [verdict] = await sql<{ id: string }>('SELECT id FROM verdicts ORDER BY id LIMIT 1');
    await sql(`BEGIN; SET LOCAL session_replication_role = replica;
               UPDATE events SET data = (data::jsonb - 'resultsSha256')::text; COMMIT`);
    const { notComparable } = await verified(log);
    expect(notComparable).toHaveProperty([
      `results of verdict ${verdict?.id}: an earlier version recorded no digest of them`,
    ]);
  });
});

describe('npm run log -- verify, of what was deleted for good', () => {
  it('finds a deleted project whose row is there again', async () => {
    const log = await imported();
    const { id } = await createProject(log.app, { name: 'gone' });
    const [row] = await sql<{ row: object }>(
      'SELECT to_jsonb(t) AS row FROM projects t WHERE id = $1',
      [id],
    );
    await log.app.inject({ method: 'DELETE', url: `/projects/${id}` });
    await log.settle();
    expect((await verified(log)).faults).toEqual([]);
    const again = JSON.stringify(row?.row).replaceAll("'", "''");
    await tamper(
      `INSERT INTO projects SELECT (jsonb_populate_record(NULL::projects, '${again}')).*`,
    );
    expect((await verified(log)).faults).toEqual([
      `project ${id}: it was deleted, and its row is there`,
    ]);
  });
});
