import { describe, expect, it } from 'vitest';
import { sql } from '../support/database.js';
import { trivy } from '../support/documents.js';
import { type LogApp, tamper } from '../support/log.js';
import { addArtifact, createRelease, digest } from '../support/releases.js';
import { imported, verified } from '../support/verify.js';

/** Writes an event as the owner of the tables, and lets the server sign it. */
async function forge(log: LogApp, type: string, kind: string, subject: string, data: object) {
  await sql(
    `INSERT INTO events (type, subject_kind, subject_id, actor, data) VALUES ($1, $2, $3, 'eve', $4)`,
    [type, kind, subject, JSON.stringify(data)],
  );
  await log.settle();
}

describe('npm run log -- verify', () => {
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
});
