import { describe, expect, it, onTestFinished } from 'vitest';
import { verify } from '../../src/features/verification/index.js';
import { sql } from '../support/database.js';
import { addEvents, anotherPool, tamper } from '../support/log.js';
import { createRelease } from '../support/releases.js';
import { faults, recorded } from '../support/verify.js';

/** Ids and times of events as a clock has them that shows this time, until the test ends. */
async function setDatabaseClock(time: string): Promise<void> {
  const [row] = await sql<{ text: string }>(
    `SELECT pg_get_functiondef('uuid_v7()'::regprocedure) AS text`,
  );
  const text = row?.text ?? '';
  onTestFinished(async () => {
    await sql(text);
    await sql('ALTER TABLE events ALTER time SET DEFAULT clock_timestamp()');
  });
  await sql(text.replace('clock_timestamp()', time));
  await sql(`ALTER TABLE events ALTER time SET DEFAULT ${time}`);
}

describe('npm run log -- verify', () => {
  it('finds nothing in a database that nobody changed', async () => {
    const log = await recorded();
    expect(await faults(log)).toEqual([]);
    await addEvents(300);
    await log.settle();
    await addEvents(5);
    const [verdict] = await sql('SELECT 1 FROM verdicts');
    expect(verdict).toBeDefined();
    const found: string[] = [];
    const counts = await verify(anotherPool(), {
      keys: log.keys,
      report: (fault) => void found.push(fault),
    });
    // Events of the test have no rows of their own.
    expect(found).toEqual([]);
    expect(counts).toMatchObject({ logs: 1, checkpoints: 2, verdicts: 2, documents: 1 });
    expect(counts.events).toBe(counts.entries + 5);
  });

  it('finds nothing when the clock of the database was set back', async () => {
    const log = await recorded();
    const { id } = await createRelease(log.app, { version: '2.0.0' });
    await log.settle();
    const before = `now() - interval '3 hours'`;
    await setDatabaseClock(before);
    await log.app.inject({ method: 'POST', url: `/releases/${id}/seal` });
    await log.app.inject(`/assert?release=${id}&environment=gate`);
    await log.settle();
    const [order] = await sql(
      `SELECT (SELECT e.id FROM events e WHERE e.type = 'release.sealed' AND e.release_id = $1)
            < (SELECT e.id FROM events e WHERE e.type = 'release.created' AND e.release_id = $1) AS back`,
      [id],
    );
    expect(order).toEqual({ back: true });
    expect(await faults(log)).toEqual([]);
    expect(await log.log.check.run()).toBeUndefined();
    const again = await log.keys.lastSigned();
    await log.settle();
    expect(await log.keys.lastSigned()).toEqual(again);
  });

  it('says nothing of signatures without the keys', async () => {
    const log = await recorded();
    await tamper(`UPDATE log_checkpoints SET note = 'x'`);
    const found: string[] = [];
    await verify(anotherPool(), { keys: undefined, report: (fault) => void found.push(fault) });
    expect(found).toEqual([]);
    expect(await faults(log)).toHaveLength(1);
  });
});
