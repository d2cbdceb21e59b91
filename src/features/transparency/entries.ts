import { type Place, query } from '../../database/context.js';
import type { Statement } from '../../database/sql.js';
import { leafHash } from '../../security/signing/merkle.js';
import { EVENT_COLUMNS } from './log.sql.js';
import { type EventRow, statementOf } from './statement.js';

/** The end of a log: entries of earlier logs are before it, too. */
export interface UpTo {
  readonly log: number;
  readonly size: number;
}

/** An entry of the log with what it commits to. Bytes are in lower-case hexadecimal. */
export interface LogEntry {
  readonly log: number;
  readonly index: number;
  /** Id of the event. */
  readonly event: string;
  /** Place among the entries of its release, from 1; null: of no release. */
  readonly sequence: number | null;
  /** Null, as the statement: the event was erased. */
  readonly salt: string | null;
  readonly statement: string | null;
  readonly leaf: string;
}

interface Row extends EventRow {
  readonly logId: number;
  readonly index: string;
  readonly salt: Buffer | null;
  readonly commitment: Buffer;
  readonly sequence: number | null;
  readonly previous: Buffer | null;
}

const COLUMNS = `${EVENT_COLUMNS}, x.log_id AS "logId", x.index, x.salt, x.commitment, x.sequence, x.previous`;
const BATCH = 500;

/** `$1`: release, `$2` and `$3`: log and size, `$4`: sequence before. */
const OF_RELEASE: Statement = {
  name: 'log-entries-of-release',
  text: `SELECT ${COLUMNS} FROM log_entries x JOIN events e ON e.id = x.event_id
          WHERE x.release_id = $1 AND (x.log_id < $2 OR (x.log_id = $2 AND x.index < $3)) AND x.sequence > $4
          ORDER BY x.sequence LIMIT ${BATCH}`,
};

/** `$1`: log, `$2`: index. */
const AT: Statement = {
  name: 'log-entry-of-pack',
  text: `SELECT ${COLUMNS} FROM log_entries x JOIN events e ON e.id = x.event_id
          WHERE x.log_id = $1 AND x.index = $2`,
};

/** `$1`: kind of the subjects, `$2`: their ids, `$3` and `$4`: log and size. Those of a release are left out. */
const ABOUT: Statement = {
  name: 'log-entries-about',
  text: `SELECT ${COLUMNS} FROM events e JOIN log_entries x ON x.event_id = e.id
          WHERE e.subject_kind = $1 AND e.subject_id = ANY ($2::text[])
            AND (x.log_id < $3 OR (x.log_id = $3 AND x.index < $4)) AND x.release_id IS DISTINCT FROM $5::uuid
          ORDER BY x.log_id, x.index`,
};

/** `$1` and `$2`: log and size. */
const ERASURES: Statement = {
  name: 'log-entries-of-erasures',
  text: `SELECT ${COLUMNS} FROM events e JOIN log_entries x ON x.event_id = e.id
          WHERE e.subject_kind = 'log' AND e.type = 'log.erased'
            AND (x.log_id < $1 OR (x.log_id = $1 AND x.index < $2))
          ORDER BY x.log_id, x.index`,
};

function entryOf(row: Row): LogEntry {
  const { logId: log, index, id: event, salt, commitment, sequence, previous } = row;
  return {
    log,
    index: Number(index),
    event,
    sequence,
    salt: salt?.toString('hex') ?? null,
    statement: salt === null ? null : statementOf(row, { sequence, previous }),
    leaf: leafHash(commitment).toString('hex'),
  };
}

/** The entries of a release in their order, in batches, so that no connection is held in between. */
export async function* releaseEntries(
  place: Place,
  releaseId: string,
  { log, size }: UpTo,
): AsyncGenerator<LogEntry[]> {
  for (let after = 0; ; ) {
    const rows = await query<Row>(place, OF_RELEASE, [releaseId, log, size, after]);
    if (rows.length > 0) yield rows.map(entryOf);
    if (rows.length < BATCH) return;
    after = rows.at(-1)?.sequence ?? after;
  }
}

/** The entries about these subjects that are not those of a release: of waivers of its project, or of policies. */
export async function entriesAbout(
  place: Place,
  kind: string,
  ids: readonly string[],
  releaseId: string,
  { log, size }: UpTo,
): Promise<LogEntry[]> {
  if (ids.length === 0) return [];
  const rows = await query<Row>(place, ABOUT, [kind, ids, log, size, releaseId]);
  // In an audit pack, only entries of the release have a place among them.
  return rows.map(entryOf);
}

/** What was written beside the API can be anything. */
function erasedBy({ data }: Row): string | undefined {
  try {
    return String(JSON.parse(data)?.event);
  } catch {
    return undefined;
  }
}

/** The entries that say that these events were erased. */
export async function erasuresOf(
  place: Place,
  events: ReadonlySet<string>,
  { log, size }: UpTo,
): Promise<LogEntry[]> {
  if (events.size === 0) return [];
  const rows = await query<Row>(place, ERASURES, [log, size]);
  return rows.filter((row) => events.has(erasedBy(row) ?? '')).map(entryOf);
}

/** The entry at an index of a log. undefined: it does not exist. */
export async function entryOfLog(
  place: Place,
  log: number,
  index: number,
): Promise<LogEntry | undefined> {
  const [row] = await query<Row>(place, AT, [log, index]);
  return row && entryOf(row);
}
