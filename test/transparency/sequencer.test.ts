import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { query } from '../../src/database/context.js';
import { integrate, publish, withLog } from '../../src/features/transparency/integrate.js';
import { TAKE } from '../../src/features/transparency/log.sql.js';
import { openCheckpoint } from '../../src/security/signing/checkpoint.js';
import { EMPTY_ROOT, leafHash } from '../../src/security/signing/merkle.js';
import { parseVkey } from '../../src/security/signing/note.js';
import { sql } from '../support/database.js';
import {
  addEvents,
  anotherPool,
  emptyQueue,
  logApp,
  ORIGIN,
  testKeys,
  unchecked,
} from '../support/log.js';
import { createRelease } from '../support/releases.js';
import { createProject } from '../support/requests.js';

interface EntryRow {
  index: string;
  event_id: string;
  commitment: Buffer;
  sequence: number | null;
  previous: Buffer | null;
}

const entries = () => sql<EntryRow>('SELECT * FROM log_entries ORDER BY index');
const queued = () => sql('SELECT 1 FROM log_queue').then(({ length }) => length);

describe('the sequencer', () => {
  it('signs the empty log', async () => {
    await emptyQueue();
    const { settle, keys } = await logApp();
    await settle();
    const [published] = await sql<{ note: string }>('SELECT note FROM log_checkpoints');
    const checkpoint = openCheckpoint(published?.note ?? '', parseVkey(keys.log.vkey));
    expect(checkpoint).toEqual({ origin: ORIGIN, size: 0, root: EMPTY_ROOT });
    expect(await keys.lastSigned()).toEqual(checkpoint);
  });

  it('gives every event one index, and empties the queue', async () => {
    const { app, settle, keys } = await logApp();
    await createProject(app);
    const events = await sql<{ id: string }>('SELECT id FROM events ORDER BY id');
    expect(await queued()).toBe(events.length);
    await settle();
    expect(await queued()).toBe(0);
    const found = await entries();
    expect(found.map(({ event_id }) => event_id)).toEqual(events.map(({ id }) => id));
    expect(found.map(({ index }) => Number(index))).toEqual(events.map((_, i) => i));
    expect((await keys.lastSigned()).size).toBe(events.length);
    await settle();
    expect(await entries()).toHaveLength(events.length);
  });

  it.each([1, 255, 256, 257, 513])('writes tiles of %i entries in batches', async (size) => {
    await emptyQueue();
    await addEvents(size);
    const keys = await testKeys();
    const place = anotherPool();
    for (let taken = 1; taken > 0; ) {
      ({ taken } = (await integrate(place, keys, { batch: 100 })) ?? { taken: 0 });
    }
    await publish(place, keys);
    const tiles = await sql<{ level: number; hashes: Buffer }>(
      'SELECT level, hashes FROM log_tiles ORDER BY level, index',
    );
    const leaves = Buffer.concat((await entries()).map((entry) => leafHash(entry.commitment)));
    const lowest = tiles.filter(({ level }) => level === 0).map(({ hashes }) => hashes);
    expect(Buffer.concat(lowest).equals(leaves)).toBe(true);
    expect(tiles.filter(({ level }) => level === 1).map(({ hashes }) => hashes.length)).toEqual(
      size < 256 ? [] : [32 * Math.floor(size / 256)],
    );
  });

  it('numbers the events of a release, and names the one before', async () => {
    const { app, settle } = await logApp();
    const { id } = await createRelease(app);
    await settle();
    for (const notes of ['a', 'b']) {
      await app.inject({ method: 'PATCH', url: `/releases/${id}`, payload: { notes } });
    }
    await settle();
    const own = (await entries()).filter(({ sequence }) => sequence !== null);
    expect(own.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    expect(own.map(({ previous }) => previous)).toEqual([
      null,
      ...own.slice(0, 2).map(({ commitment }) => leafHash(commitment)),
    ]);
  });

  it('is one over all instances', async () => {
    const keys = await testKeys();
    const pools = [anotherPool(), anotherPool(), anotherPool()];
    const release = randomUUID();
    const work = async (place: (typeof pools)[number]) => {
      for (let round = 0; round < 15; round += 1) {
        await addEvents(7, release);
        await integrate(place, keys, { batch: 10, wait: true });
        await publish(place, keys, { wait: round % 2 === 0 });
      }
    };
    await Promise.all(pools.map(work));
    const place = anotherPool();
    for (let taken = 1; taken > 0; ) {
      ({ taken } = (await integrate(place, keys, { wait: true })) ?? { taken: 0 });
    }
    await publish(place, keys, { wait: true });
    const found = await entries();
    const events = await sql('SELECT id FROM events');
    expect(new Set(found.map(({ event_id }) => event_id)).size).toBe(events.length);
    expect(found).toHaveLength(events.length);
    expect((await keys.lastSigned()).size).toBe(events.length);
    const sequences = found.flatMap(({ sequence }) => sequence ?? []);
    expect(sequences).toEqual(sequences.map((_, i) => i + 1));
  });

  it('takes an event once, although its row of the queue came back', async () => {
    const { app, settle } = await logApp();
    await createProject(app);
    await settle();
    const before = await entries();
    await sql('INSERT INTO log_queue SELECT event_id FROM log_entries');
    await settle();
    expect(await entries()).toEqual(before);
    expect(await queued()).toBe(0);
  });

  it('takes what was not stored with its row of the queue: by an earlier version, or beside the API', async () => {
    const { settle } = await logApp();
    await emptyQueue();
    const insert = (more: string, value: string) =>
      `INSERT INTO events (type, subject_kind, subject_id, actor, data${more})
       VALUES ('project.updated', 'project', '1', 'test', '{}'${value})`;
    await sql(`BEGIN; SET LOCAL srp.through = 'api'; ${insert('', '')}; COMMIT`);
    await sql(insert('', ''));
    await sql(insert(', queued', ', false'));
    expect(await queued()).toBe(3);
    await settle();
    expect(await queued()).toBe(0);
    expect(await entries()).toHaveLength(3);
  });

  it('reads events and entries by an index for each event of a batch, without any statistics', async () => {
    await addEvents(3000);
    // Autovacuum may have read the tables, also for other tests.
    const tables = `('events'::regclass, 'log_entries'::regclass, 'log_queue'::regclass)`;
    await sql(`DELETE FROM pg_statistic WHERE starelid IN ${tables}`);
    await sql(`UPDATE pg_class SET relpages = 0, reltuples = -1 WHERE oid IN ${tables}`);
    const text = `EXPLAIN ${TAKE.text.replaceAll('$1', '1000').replaceAll('$2', 'NULL')}`;
    const rows = await withLog(anotherPool(), true, (inside) =>
      query<{ 'QUERY PLAN': string }>(inside, { text }, []),
    );
    const lines = (rows ?? []).map((row) => row['QUERY PLAN']);
    const scans = lines.filter((line) => / on (events|log_entr)/.test(line));
    expect(scans, lines.join('\n')).toHaveLength(2);
    expect(scans.filter((line) => !/Index (Only )?Scan using/.test(line))).toEqual([]);
  });

  it('integrates by itself after a change, and when it closes', async () => {
    const { app, log } = await logApp();
    log.start();
    await createProject(app);
    await expect.poll(queued, { timeout: 30_000 }).toBe(0);
    await createProject(app);
    await log.close();
    expect(await queued()).toBe(0);
  });

  it('works once for a flood of callers', async () => {
    const { app, settle } = await logApp();
    await createProject(app);
    await Promise.all(Array.from({ length: 50 }, settle));
    const published = await sql('SELECT 1 FROM log_checkpoints');
    expect(published).toHaveLength(1);
  });

  it('logs data that is not JSON, which an earlier version may have', async () => {
    const { settle } = await logApp();
    await sql(
      unchecked(
        `INSERT INTO events (type, subject_kind, subject_id, actor, data, time)
         VALUES ('x', 'project', '1', 'psql', 'not JSON', 'infinity')`,
      ),
    );
    await settle();
    expect(await queued()).toBe(0);
  });
});
