import type { Read, Statement } from '../../database/sql.js';
import { type CheckedRow, erasedData, type Kept } from '../transparency/index.js';
import { memberOf } from './data.js';

/** An erasure that the log has. */
export interface Erasure {
  /** Id of the erased event. */
  readonly event: string;
  readonly at: Date;
  readonly by: string;
  /** Null: it is missing, which is a fault. */
  readonly reason: string | null;
  /** Of the erased event. undefined: an earlier version erased it, and kept nothing of it. */
  readonly about: Readonly<Record<'type' | 'time' | 'subject' | 'project', unknown>>;
  readonly kept: Kept | undefined;
}

const ERASURES: Statement = {
  text: `SELECT e.data, e.time AS at, e.actor AS by, r.reason
           FROM events e JOIN log_entries x ON x.event_id = e.id LEFT JOIN log_reasons r ON r.event_id = e.id
          WHERE e.type = 'log.erased' ORDER BY x.log_id, x.index`,
};

const ABOUT = ['type', 'time', 'subject', 'project'];

const isKept = (value: unknown): value is Kept =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Erasures that the log has, by the id of the erased event. What was written beside the API can be anything. */
export async function erasuresIn(read: Read): Promise<Map<string, Erasure>> {
  type Row = { data: string; at: Date; by: string; reason: string | null };
  const rows = await read<Row>(ERASURES, []);
  const found = new Map<string, Erasure>();
  for (const { data, ...row } of rows) {
    const event = String(memberOf(data, 'event'));
    const kept = memberOf(data, 'kept');
    const [type, time, subject, project] = ABOUT.map((name) => memberOf(data, name));
    found.set(event, {
      ...row,
      event,
      about: { type, time, subject, project },
      kept: isKept(kept) ? kept : undefined,
    });
  }
  return found;
}

/** What is wrong with an erased event, compared with its erasure. undefined: nothing. */
export function erasureFault(row: CheckedRow, erasure: Erasure | undefined): string | undefined {
  if (!erasure) return `event ${row.eventId} was erased, and the log does not say so`;
  const { kept, about } = erasure;
  if (kept === undefined) return undefined;
  const isSame =
    row.type === about.type &&
    row.time?.toISOString() === about.time &&
    row.subjectId === about.subject &&
    row.projectId === about.project &&
    row.credential === null &&
    row.requestId === null &&
    row.data === erasedData(kept);
  return isSame ? undefined : `event ${row.eventId} was changed since it was erased`;
}
