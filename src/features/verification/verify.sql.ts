import type { Statement } from '../../database/sql.js';

export interface LogRow {
  readonly id: number;
  readonly origin: string;
  readonly size: string;
  readonly root: Buffer;
  readonly endedAt: Date | null;
  readonly divergedAt: string | null;
}

export const ALL_LOGS: Statement = {
  text: `SELECT id, origin, size, root, ended_at AS "endedAt", diverged_at AS "divergedAt"
           FROM logs ORDER BY id`,
};

export interface CheckpointRow {
  readonly size: string;
  readonly root: Buffer;
  readonly note: string;
}

/** Checkpoints in order. `$1`: id of the log, `$2`: size of the one before, `$3`: maximum number. */
export const CHECKPOINTS: Statement = {
  name: 'verify-checkpoints',
  text: `SELECT size, root, note FROM log_checkpoints
          WHERE log_id = $1 AND size > $2 ORDER BY size LIMIT $3`,
};

/** Entries and tiles that the size of the log does not cover. `$1`: id of the log, `$2`: size. */
export const BEYOND: Statement = {
  text: `SELECT (SELECT count(*)::int FROM log_entries WHERE log_id = $1 AND index >= $2) AS entries,
                (SELECT count(*)::int FROM log_tiles WHERE log_id = $1) AS tiles`,
};

/** Rows of the log that belong to no log, rows of the queue with an entry or without an event. */
export const STRAY: Statement = {
  text: `SELECT 'entry ' || x.index || ' of log ' || x.log_id || ' belongs to a log that does not exist' AS fault
           FROM log_entries x WHERE NOT EXISTS (SELECT 1 FROM logs l WHERE l.id = x.log_id)
          UNION ALL
         SELECT 'checkpoint ' || c.size || ' of log ' || c.log_id || ' belongs to a log that does not exist'
           FROM log_checkpoints c WHERE NOT EXISTS (SELECT 1 FROM logs l WHERE l.id = c.log_id)
          UNION ALL
         SELECT 'tile ' || t.level || '/' || t.index || ' of log ' || t.log_id
                || ' belongs to a log that does not exist'
           FROM log_tiles t WHERE NOT EXISTS (SELECT 1 FROM logs l WHERE l.id = t.log_id)
          UNION ALL
         SELECT 'event ' || q.event_id || ' is in the queue and does not exist'
           FROM log_queue q WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.id = q.event_id)
          UNION ALL
         SELECT 'event ' || q.event_id || ' is in the queue and has an entry'
           FROM log_queue q WHERE EXISTS (SELECT 1 FROM log_entries x WHERE x.event_id = q.event_id)
          LIMIT 1000`,
};

/** Events without a place, in pages. `$1`: id of the event before, `$2`: maximum number. */
export const UNLOGGED: Statement = {
  name: 'verify-unlogged',
  text: `SELECT e.id, EXISTS (SELECT 1 FROM log_entries x WHERE x.event_id = e.id) AS logged,
                EXISTS (SELECT 1 FROM log_queue q WHERE q.event_id = e.id) AS queued
           FROM events e WHERE $1::uuid IS NULL OR e.id > $1 ORDER BY e.id LIMIT $2`,
};

/** Events of writes that did not go through the server, and of rows from before the events. */
export const OUTSIDE: Statement = {
  text: `SELECT count(*) FILTER (WHERE type = 'beside-api')::int AS "besideApi",
                count(*) FILTER (WHERE type = 'imported')::int AS imported FROM events`,
};
