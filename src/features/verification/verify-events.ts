import type { Read } from '../../database/sql.js';
import { lackOf } from '../../events/index.js';
import type { Erasure } from './erasures.js';
import { isReadable } from './readable.js';
import type { Report } from './verify-log.js';
import { DIGESTED_FROM, EVENTS } from './verify-rows.sql.js';

const PAGE = 5000;

interface EventData {
  readonly id: string;
  readonly type: string;
  readonly kind: string;
  readonly data: string;
  /** The server that recorded it records digests of rows. */
  readonly complete: boolean;
}

/**
 * Reports events that have not what this version of the server records with each: the role that owns the table can
 * write anything into it.
 * @returns ids of events whose data is no JSON object
 */
export async function verifyEvents(
  read: Read,
  report: Report,
  erased: ReadonlyMap<string, Erasure>,
): Promise<string[]> {
  const unreadable: string[] = [];
  const [from] = await read<{ log: number; index: string }>(DIGESTED_FROM, []);
  const began = from ? [from.log, from.index] : [null, null];
  for (let before: string | null = null; ; ) {
    const rows: EventData[] = await read<EventData>(EVENTS, [before, PAGE, ...began]);
    for (const { id, type, kind, data, complete } of rows) {
      if (!isReadable(data)) {
        report(`event ${id}: its data cannot be read, so its row was not compared`);
        unreadable.push(id);
      } else if (from && complete && !erased.has(id)) {
        const lack = lackOf(type, kind, JSON.parse(data));
        if (lack !== undefined)
          report(`event ${id}: this version of the server did not record it: ${lack}`);
      }
    }
    if (rows.length < PAGE) return unreadable;
    before = rows.at(-1)?.id ?? null;
  }
}
