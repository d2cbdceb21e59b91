import type { Statement } from '../../database/sql.js';

/** The current log, and what it signed of this size. Sizes and indexes are strings, because they are bigint. */
export interface HeadRow {
  readonly id: number;
  readonly origin: string;
  readonly size: string;
  readonly root: Buffer;
  readonly divergedAt: string | null;
  /** The checkpoint of this size is published. */
  readonly published: boolean;
  /** The latest checkpoint, or null. */
  readonly note: string | null;
}

const HEAD_COLUMNS = `l.id, l.origin, l.size, l.root, l.diverged_at AS "divergedAt",
  EXISTS (SELECT 1 FROM log_checkpoints c WHERE c.log_id = l.id AND c.size = l.size) AS published,
  (SELECT c.note FROM log_checkpoints c WHERE c.log_id = l.id ORDER BY c.size DESC LIMIT 1) AS note`;

/**
 * A plan that was made for a new database would read whole tables until their statistics are there, and a session keeps
 * it. It ends with the transaction.
 */
const BY_INDEX = `set_config('enable_seqscan', 'off', true)`;

/** The lock ends with the transaction. `$1`: the name of the lock. */
export const TRY_LOCK: Statement = {
  name: 'log-try-lock',
  text: `SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS locked, ${BY_INDEX}`,
};

export const LOCK: Statement = {
  name: 'log-lock',
  text: `SELECT pg_advisory_xact_lock(hashtextextended($1, 0)), ${BY_INDEX}`,
};

export const HEAD: Statement = {
  name: 'log-head',
  text: `SELECT ${HEAD_COLUMNS} FROM logs l WHERE l.ended_at IS NULL`,
};

/** How many events at most the queue is counted to. */
export const MAX_COUNTED = 10_000;

/**
 * The head, the length of the queue up to `MAX_COUNTED`, and how long its first event waits, in seconds (null: it is
 * empty). Rows are null before the first log.
 */
export const LOOK: Statement = {
  name: 'log-look',
  text: `SELECT q.queue, l.size, l.published,
                (SELECT extract(epoch FROM clock_timestamp() - e.time)::float8 FROM events e
                  WHERE e.id = (SELECT event_id FROM log_queue ORDER BY event_id LIMIT 1)) AS waits
           FROM (SELECT count(*)::int AS queue
                   FROM (SELECT 1 FROM log_queue LIMIT ${MAX_COUNTED}) first) q
           LEFT JOIN (SELECT ${HEAD_COLUMNS} FROM logs l WHERE l.ended_at IS NULL) l ON true`,
};

/** `$1`: origin, `$2`: root of the empty tree. An id is never used twice. */
export const BEGIN_LOG: Statement = {
  text: 'INSERT INTO logs (id, origin, root) SELECT coalesce(max(id), 0) + 1, $1, $2 FROM logs',
};

/** `$1`: id of the log. */
export const END_LOG: Statement = {
  text: 'UPDATE logs SET ended_at = clock_timestamp() WHERE id = $1 AND ended_at IS NULL',
};

export const EVENT_COLUMNS = `e.id, e.time, e.type, e.subject_kind AS "subjectKind", e.subject_id AS "subjectId",
  e.project_id AS "projectId", e.release_id AS "releaseId", e.actor, e.credential,
  e.request_id AS "requestId", e.data`;

/**
 * Takes events from the queue, in the order of their ids. `indexed`: the event has an entry, so that its row in the
 * queue is a fault. `$1`: maximum number; `$2`: only this event, or null.
 *
 * `OFFSET 0` and `LIMIT 1` keep the look-ups apart, by the index for each row. As a join, they were planned for the few
 * rows of an hour ago, and read all events for each batch. The lock of the log is held, so no other program takes rows,
 * and the place of a row stays its own.
 */
export const TAKE: Statement = {
  name: 'log-take',
  text: `WITH next AS MATERIALIZED (
           SELECT q.ctid AS place, e.*,
                  (SELECT true FROM log_entries x WHERE x.event_id = q.event_id LIMIT 1) IS NOT NULL AS indexed
             FROM log_queue q
            CROSS JOIN LATERAL (SELECT ${EVENT_COLUMNS} FROM events e WHERE e.id = q.event_id OFFSET 0) e
            WHERE $2::uuid IS NULL OR q.event_id = $2
            ORDER BY q.event_id LIMIT $1
         ), gone AS (
           DELETE FROM log_queue WHERE ctid = ANY (ARRAY(SELECT place FROM next))
         )
         SELECT * FROM next`,
};

/** The latest entry of each release that has one. `$1`: ids of releases. */
export const LATEST: Statement = {
  name: 'log-latest-of-release',
  text: `SELECT r.id AS "releaseId", last.sequence, last.commitment
           FROM unnest($1::uuid[]) r(id)
          CROSS JOIN LATERAL (
            SELECT x.sequence, x.commitment FROM log_entries x
             WHERE x.release_id = r.id ORDER BY x.sequence DESC LIMIT 1) last`,
};

/** Tiles by level and index, in any order. `$1`: id of the log, `$2`: levels, `$3`: indexes. */
export const TILES: Statement = {
  name: 'log-tiles',
  text: `SELECT t.level, t.index, t.hashes
           FROM unnest($2::int[], $3::bigint[]) w(level, index)
           JOIN log_tiles t ON t.log_id = $1 AND t.level = w.level AND t.index = w.index`,
};

/** The part of 32 bytes that belongs to entry `n`, from 1. One value for all costs less than an array of values. */
const part = (all: string) => `substring(${all}::bytea FROM 32 * (e.n::int - 1) + 1 FOR 32)`;

/**
 * Writes what a batch adds. `$1`: id of the log; `$2`: its size before; `$3`: after; `$4`: root after; `$5`–`$7`:
 * event, release and sequence of the entries, in their order; `$8`–`$10`: all salts, commitments and leaf hashes of
 * entries before, 32 bytes each; `$11`–`$14`: level, index, first byte (from 1) and bytes of tiles, and `$15` their
 * hashes, one after the other.
 */
export const GROW: Statement = {
  name: 'log-grow',
  text: `WITH entries AS (
           INSERT INTO log_entries (log_id, index, event_id, salt, commitment, release_id, sequence, previous)
           SELECT $1, $2::bigint + e.n - 1, e.event, ${part('$8')}, ${part('$9')}, e.release, e.sequence,
                  CASE WHEN e.sequence > 1 THEN ${part('$10')} END
             FROM unnest($5::uuid[], $6::uuid[], $7::int[]) WITH ORDINALITY e(event, release, sequence, n)
         ), tiles AS (
           INSERT INTO log_tiles (log_id, level, index, hashes)
           SELECT $1, t.level, t.index, substring($15::bytea FROM t.first FOR t.bytes)
             FROM unnest($11::int[], $12::bigint[], $13::int[], $14::int[]) t(level, index, first, bytes)
           ON CONFLICT (log_id, level, index) DO UPDATE SET hashes = excluded.hashes
         )
         UPDATE logs SET size = $3, root = $4
          WHERE id = $1 AND size = $2 AND ended_at IS NULL AND diverged_at IS NULL RETURNING id`,
};

/** `$1`: id of the log, `$2`: size, `$3`: root, `$4`: the signed note. */
export const PUBLISH: Statement = {
  name: 'log-publish',
  text: `INSERT INTO log_checkpoints (log_id, size, root, note) VALUES ($1, $2, $3, $4)
         ON CONFLICT (log_id, size) DO NOTHING`,
};

/** `$1`: id of the log, `$2`: index. */
export const DIVERGE: Statement = {
  text: `UPDATE logs SET diverged_at = $2
          WHERE id = $1 AND diverged_at IS NULL AND ended_at IS NULL RETURNING id`,
};
