import { describe, expect, it } from 'vitest';
import { ANONYMOUS } from '../../src/access/caller.js';
import { callContext } from '../../src/database/context.js';
import { importRows } from '../../src/events/import.js';
import { ROWS } from '../../src/events/index.js';
import { erase, settleNow } from '../../src/features/transparency/index.js';
import { type Verified, verify } from '../../src/features/verification/index.js';
import { sql } from '../support/database.js';
import { trivy } from '../support/documents.js';
import { anotherPool, type LogApp, logApp, tamper } from '../support/log.js';
import { addArtifact, createRelease, digest } from '../support/releases.js';

/** What `npm run log -- verify` finds, and what it says. */
async function verified({ keys }: Pick<LogApp, 'keys'>): Promise<Verified & { faults: string[] }> {
  const faults: string[] = [];
  const found = await verify(anotherPool(), { keys, report: (fault) => void faults.push(fault) });
  return { ...found, faults };
}

/** A log of a database that the job has been through. */
async function imported(): Promise<LogApp> {
  const log = await logApp();
  await importRows(anotherPool());
  await log.settle();
  return log;
}

/** Writes an event as the owner of the tables, and lets the server sign it. */
async function forge(log: LogApp, type: string, kind: string, subject: string, data: object) {
  await sql(
    `INSERT INTO events (type, subject_kind, subject_id, actor, data) VALUES ($1, $2, $3, 'eve', $4)`,
    [type, kind, subject, JSON.stringify(data)],
  );
  await log.settle();
}

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

  it.each([
    [
      'release.sealed',
      'release',
      { state: { before: 'open', after: 'sealed' } },
      /digest of its row/,
    ],
    ['release.sealed', 'waiver', {}, /subjects of another kind/],
    ['waiver.approved', 'waiver', { requestedBy: 'a' }, /its data has no sha256/],
    ['verdict.decided', 'verdict', { environment: 'gate' }, /its data has no decision/],
    ['imported', 'release', { digest: digest(1) }, /no digest of its row/],
    ['project.audited', 'project', {}, /this version records no event of its type/],
  ])('finds a forged event: %s about a %s', async (type, kind, data, fault) => {
    const log = await imported();
    const { id } = await createRelease(log.app);
    await forge(log, type, kind, id, data);
    expect((await verified(log)).faults.join('\n')).toMatch(fault);
  });

  it('finds an event whose row was never stored', async () => {
    const log = await imported();
    const id = '01a22465-7233-7c51-89ef-6cfa941ad381';
    await forge(log, 'release.sealed', 'release', id, {
      row: digest(1),
      state: { before: 'open', after: 'sealed' },
    });
    expect((await verified(log)).faults).toContain(`release ${id}: it is missing`);
  });

  it('finds facts for a state that has not come yet, which the database refuses', async () => {
    const log = await imported();
    const { id } = await createRelease(log.app);
    await addArtifact(log.app, id, { sha256: digest(7) });
    await log.settle();
    const later = `UPDATE release_facts SET facts = '{}', facts_of = changes + 1, facts_engine = 1`;
    await expect(sql(later)).rejects.toThrow('release_facts_facts_of_check');
    await sql(
      `BEGIN; ALTER TABLE release_facts DROP CONSTRAINT release_facts_facts_of_check; ${later}; COMMIT`,
    );
    expect((await verified(log)).faults.join('\n')).toMatch(/facts are kept for a state/);
    await sql(`UPDATE release_facts SET facts_of = NULL, facts = NULL, facts_engine = NULL;
               ALTER TABLE release_facts
                 ADD CONSTRAINT release_facts_facts_of_check CHECK (facts_of <= changes) NOT VALID`);
  });

  it('refuses a document whose rows the database drops, and finds rows that it dropped', async () => {
    const log = await imported();
    const { id } = await createRelease(log.app);
    await sql(`CREATE FUNCTION drop_row() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
               CREATE TRIGGER dropping BEFORE INSERT ON findings FOR EACH ROW EXECUTE FUNCTION drop_row()`);
    const upload = () =>
      log.app.inject({
        method: 'POST',
        url: `/releases/${id}/evidence`,
        headers: { 'content-type': 'application/json' },
        payload: trivy({ severity: 'LOW' }),
      });
    try {
      expect((await upload()).statusCode).toBe(500);
    } finally {
      await sql('DROP TRIGGER dropping ON findings; DROP FUNCTION drop_row()');
    }
    expect((await upload()).statusCode).toBe(201);
    await log.settle();
    expect((await verified(log)).faults).toEqual([]);
    await tamper('DELETE FROM findings');
    expect((await verified(log)).faults.join('\n')).toMatch(
      /not have as many rows as its document/,
    );
  });

  const eraseOf = async (log: LogApp, type: string) => {
    const [{ id } = { id: '' }] = await sql<{ id: string }>(
      'SELECT id FROM events WHERE type = $1 ORDER BY id DESC LIMIT 1',
      [type],
    );
    const context = callContext(anotherPool().store, { ...ANONYMOUS, subject: 'cli:dpo' }, 'test');
    await erase(context, id, 'A name');
    await settleNow(context, log.keys);
    return id;
  };

  it.each(['release.created', 'release.sealed', 'verdict.decided', 'artifact.added'])(
    'notes an honest erasure of %s, and still compares the row',
    async (type) => {
      const log = await imported();
      const { id } = await createRelease(log.app);
      await addArtifact(log.app, id, { sha256: digest(7) });
      await log.app.inject({ method: 'POST', url: `/releases/${id}/seal` });
      await log.app.inject(`/assert?release=${id}&environment=production`);
      await log.settle();
      const event = await eraseOf(log, type);
      const { faults, notComparable, erasures } = await verified(log);
      expect({ faults, notComparable }).toEqual({ faults: [], notComparable: {} });
      expect(erasures).toMatchObject([{ event, by: 'cli:dpo', reason: 'A name' }]);
      await tamper(
        `UPDATE releases SET state = 'open', sealed_at = NULL, sealed_by = NULL;
         UPDATE artifacts SET name = 'other';
         UPDATE release_decisions SET decision = 'allow', decided_by = 'eve'; UPDATE verdicts SET decision = 'allow'`,
      );
      const found = (await verified(log)).faults.join('\n');
      for (const kind of [/release \S+: it/, /artifact \S+: it/, /verdict \S+: it/, /what holds/])
        expect(found).toMatch(kind);
    },
  );

  it('finds that what an erased event kept was changed', async () => {
    const log = await imported();
    await createRelease(log.app);
    await log.settle();
    const id = await eraseOf(log, 'release.created');
    await tamper(
      `UPDATE events SET data = '{"erased":true,"row":"${digest(3)}"}' WHERE id = '${id}'`,
    );
    expect((await verified(log)).faults.join('\n')).toMatch(/was changed since it was erased/);
  });
});
