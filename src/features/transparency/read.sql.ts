import type { Statement } from '../../database/sql.js';

/** A log by its id, or the current one. `$1`: the id, or null. */
export const LOG: Statement = {
  name: 'log-find',
  text: `SELECT l.id, l.origin, c.size, c.root, c.note
           FROM logs l LEFT JOIN LATERAL (
             SELECT c.size, c.root, c.note FROM log_checkpoints c
              WHERE c.log_id = l.id ORDER BY c.size DESC LIMIT 1) c ON true
          WHERE l.id = coalesce($1::int, (SELECT o.id FROM logs o WHERE o.ended_at IS NULL))`,
};

/** The log that an origin names, for keys. */
export const LOGS: Statement = {
  text: 'SELECT id, origin, began_at AS "beganAt", ended_at AS "endedAt" FROM logs ORDER BY id',
};

/** `$1`: id of the log, `$2`: size. */
export const CHECKPOINT: Statement = {
  name: 'log-checkpoint',
  text: 'SELECT note FROM log_checkpoints WHERE log_id = $1 AND size = $2',
};

/** Whether a checkpoint of a size in this range, without its end, is published. `$1`: id of the log. */
export const PUBLISHED_WITHIN: Statement = {
  name: 'log-published-within',
  text: `SELECT 1 FROM log_checkpoints WHERE log_id = $1 AND size >= $2 AND size < $3 LIMIT 1`,
};

/** Commitments in order. `$1`: id of the log, `$2`: first index, `$3`: end. */
export const COMMITMENTS: Statement = {
  name: 'log-commitments',
  text: `SELECT commitment FROM log_entries
          WHERE log_id = $1 AND index >= $2 AND index < $3 ORDER BY index`,
};

/** Where an event stands, and for whom. Null: it has no index yet. `$1`: id of the event. */
export const PLACE_OF_EVENT: Statement = {
  name: 'log-place-of-event',
  text: `SELECT e.project_id AS "projectId", e.subject_kind AS "subjectKind", x.log_id AS "logId", x.index
           FROM events e LEFT JOIN log_entries x ON x.event_id = e.id WHERE e.id = $1`,
};

/** `$1`: id of the log, `$2`: index. */
export const ENTRY_AT: Statement = {
  name: 'log-entry-at',
  text: 'SELECT commitment FROM log_entries WHERE log_id = $1 AND index = $2',
};
