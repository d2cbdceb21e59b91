import type { Statement } from '../../database/sql.js';
import { EVENT_COLUMNS } from './log.sql.js';
import type { EventRow } from './statement.js';

/** An entry with its event. Members of the event are null if the event is missing. */
export interface CheckedRow extends Partial<EventRow> {
  readonly index: string;
  readonly eventId: string;
  readonly salt: Buffer | null;
  readonly commitment: Buffer;
  readonly sequence: number | null;
  readonly previous: Buffer | null;
  /** Release of the entry, which `releaseId` of the event must be. */
  readonly entryRelease: string | null;
  /** Whether the event with this id exists. */
  readonly exists: boolean;
}

/** Entries with their events. `$1`: id of the log, `$2`: first index, `$3`: end. */
export const ENTRIES: Statement = {
  name: 'log-checked-entries',
  text: `SELECT x.index, x.event_id AS "eventId", x.salt, x.commitment, x.sequence, x.previous,
                x.release_id AS "entryRelease", e.id IS NOT NULL AS exists, ${EVENT_COLUMNS}
           FROM log_entries x LEFT JOIN events e ON e.id = x.event_id
          WHERE x.log_id = $1 AND x.index >= $2 AND x.index < $3 ORDER BY x.index`,
};

/**
 * The oldest of the newest events that has neither an entry nor a row in the queue. An event gets its row in the
 * transaction that stores it, and loses it in the one that adds its entry. `$1`: how many events are looked at, `$2`: a
 * time that their transactions have to end, in minutes.
 */
export const LOST: Statement = {
  name: 'log-lost-event',
  text: `SELECT e.id FROM (SELECT id, time FROM events ORDER BY id DESC LIMIT $1) e
          WHERE e.time < now() - make_interval(mins => $2::int)
            AND NOT EXISTS (SELECT 1 FROM log_entries x WHERE x.event_id = e.id)
            AND NOT EXISTS (SELECT 1 FROM log_queue q WHERE q.event_id = e.id)
          ORDER BY e.id LIMIT 1`,
};
