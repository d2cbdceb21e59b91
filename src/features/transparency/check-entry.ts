import type { CheckedRow } from './check.sql.js';
import { commitmentOf, type EventRow, statementOf } from './statement.js';

/** Data of an erased event: canonical JSON, in which other members can stand before. */
function isErased({ actor, data }: EventRow): boolean {
  if (actor !== 'erased') return false;
  try {
    return JSON.parse(data)?.erased === true;
  } catch {
    return false; // the owner of the table can write anything
  }
}

/** What is wrong with an entry, compared with its event. undefined: nothing. */
export function faultOf(row: CheckedRow): string | undefined {
  if (!row.exists) return `event ${row.eventId} is missing`;
  const event = row as CheckedRow & EventRow;
  if (event.releaseId !== row.entryRelease) return `event ${row.eventId} has another release`;
  if (row.salt === null) {
    return isErased(event) ? undefined : `the salt of event ${row.eventId} is missing`;
  }
  const statement = statementOf(event, row);
  if (commitmentOf(row.salt, statement).equals(row.commitment)) return undefined;
  return `event ${row.eventId} is not what the entry commits to`;
}
