import { describe, expect, it } from 'vitest';
import { tamper, unchecked } from '../support/log.js';
import { faults, recorded } from '../support/verify.js';

const lastOf = `(SELECT max(index) FROM log_entries)`;

describe('npm run log -- verify, of the log itself', () => {
  it.each<[what: string, change: string, found: RegExp]>([
    [
      'a changed actor',
      `UPDATE events SET actor = 'eve' WHERE type = 'release.sealed'`,
      /entry \d+: event \S+ is not what the entry commits to/,
    ],
    [
      'changed data',
      `UPDATE events SET data = replace(data, 'deny', 'allow') WHERE type = 'verdict.decided'`,
      /entry \d+: event \S+ is not what/,
    ],
    [
      'a changed time',
      `UPDATE events SET time = time + interval '1 ms' WHERE type = 'release.created'`,
      /entry \d+: event \S+ is not what/,
    ],
    [
      'a deleted event',
      `DELETE FROM events WHERE type = 'release.sealed'`,
      /entry \d+: event \S+ is missing/,
    ],
    ['a deleted entry', `DELETE FROM log_entries WHERE index = 2`, /entry 2: it is missing/],
    [
      'a deleted event with its entry',
      `WITH e AS (DELETE FROM events WHERE type = 'release.sealed' RETURNING id)
       DELETE FROM log_entries x USING e WHERE x.event_id = e.id`,
      /entry \d+: it is missing/,
    ],
    [
      'events that change places',
      `UPDATE log_entries SET index = 100 WHERE index = 1; UPDATE log_entries SET index = 1 WHERE index = 2;
       UPDATE log_entries SET index = 2 WHERE index = 100`,
      /tile 0\/0: it is not what the entries make/,
    ],
    [
      'an event that nobody logged',
      `INSERT INTO events (type, subject_kind, subject_id, actor, data)
       VALUES ('project.created', 'project', '9', 'eve', '{}')`,
      /event \S+: it is neither in the log nor in the queue/,
    ],
    [
      'an entry that was added',
      `WITH e AS (INSERT INTO events (type, subject_kind, subject_id, actor, data)
                 VALUES ('project.created', 'project', '9', 'eve', '{}') RETURNING id)
       INSERT INTO log_entries (log_id, index, event_id, salt, commitment)
       SELECT 1, ${lastOf} + 1, id, sha256('a'), sha256('b') FROM e`,
      /1 entries are beyond its size/,
    ],
    [
      'a cut tail',
      `WITH e AS (DELETE FROM log_entries WHERE index = ${lastOf} RETURNING event_id),
            v AS (DELETE FROM events USING e WHERE id = e.event_id)
       UPDATE logs SET size = size - 1`,
      /the database has fewer log entries than were signed/i,
    ],
    [
      'a cut tail with its checkpoint',
      `WITH e AS (DELETE FROM log_entries WHERE index = ${lastOf} RETURNING event_id),
            c AS (DELETE FROM log_checkpoints)
       UPDATE logs SET size = size - 1`,
      /the keys' folder has size \d+/,
    ],
    [
      'a changed tile',
      `UPDATE log_tiles SET hashes = sha256('a') || substring(hashes FROM 33)`,
      /tile 0\/0: it is not what/,
    ],
    ['a changed root', `UPDATE logs SET root = sha256('a')`, /its root is not that of its entries/],
    [
      'a changed checkpoint',
      `UPDATE log_checkpoints SET note = replace(note, 'srp.invalid', 'srp.example')`,
      /checkpoint \d+: no key of the log signed it/,
    ],
    [
      'a missing salt',
      `UPDATE log_entries SET salt = NULL WHERE index = 1`,
      /the salt of event \S+ is missing/,
    ],
    [
      'an erasure that the log does not have',
      `WITH e AS (UPDATE log_entries SET salt = NULL WHERE index = 1 RETURNING event_id)
       UPDATE events SET subject_id = 'erased', actor = 'erased', credential = NULL, request_id = NULL,
                         data = '{"erased":true}' FROM e WHERE id = e.event_id`,
      /event \S+ was erased, and the log does not say so/,
    ],
    [
      'data of an event that is not JSON any more',
      unchecked(`UPDATE events SET data = 'no' WHERE type = 'verdict.decided'`),
      /event \S+: its data cannot be read/,
    ],
    [
      'an erasure with data that is not JSON',
      unchecked(
        `UPDATE events SET type = 'log.erased', data = '"x"' WHERE type = 'release.sealed'`,
      ),
      /entry \d+: event \S+ is not what/,
    ],
    [
      'a row of the queue without an event',
      `INSERT INTO log_queue VALUES (gen_random_uuid())`,
      /is in the queue and does not exist/,
    ],
  ])('finds %s', async (_what, change, found) => {
    const log = await recorded();
    await tamper(change);
    expect((await faults(log)).join('\n')).toMatch(found);
  });
});
