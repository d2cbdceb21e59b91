import { type Place, query } from '../database/context.js';
import { isStatementTimeout } from '../database/errors.js';
import { bookkeeping } from '../database/transaction.js';
import type { Job } from '../jobs/job.js';
import type { ImportedKind } from './catalogue.js';
import { IMPORT_DONE, IMPORT_WENT_ON, importBatch, NEXT_IMPORT } from './import.sql.js';

interface Import {
  readonly kind: ImportedKind;
  readonly after: string | null;
  /** Rows that no event knows are left out: they were added, and are no older than the events. */
  readonly again: boolean;
}

const BATCH = 1000;

/** The JSON of a row has its times in the session's time zone, and digests must not depend on it. */
const IN_UTC = { text: `SET LOCAL TimeZone = 'UTC'` };

/** Imports the next batch. @returns false if every row has its event */
async function importNext({ store }: Place, batch: number): Promise<boolean> {
  return bookkeeping({ store }, async (context) => {
    await query(context, IN_UTC, []);
    const [next] = await query<Import>(context, NEXT_IMPORT, []);
    if (!next) return false;
    const { kind, after, again } = next;
    const values = [after, again, batch];
    type Imported = { last: string | null; count: number };
    const [imported] = await query<Imported>(context, importBatch(kind), values);
    if (imported && imported.count === batch) {
      await query(context, IMPORT_WENT_ON, [kind, imported.last]);
    } else {
      await query(context, IMPORT_DONE, [kind]);
    }
    return true;
  });
}

/**
 * Records one `imported` event for each row whose latest event has no digest of it: rows that are older than the table
 * of events, or were last changed by a version that recorded no digests. It can be interrupted: each batch
 * and its position are stored in one transaction. After a statement timeout, batches have half as many rows, because
 * rows may be large and the database slow.
 * @throws the timeout, if a batch of one row exceeds it
 */
export async function importRows(
  place: Place,
  { batch = BATCH, signal }: { batch?: number; signal?: AbortSignal } = {},
): Promise<void> {
  let rows = batch;
  for (let more = true; more && !signal?.aborted; ) {
    more = await importNext(place, rows).catch((error: unknown) => {
      if (rows === 1 || !isStatementTimeout(error)) throw error;
      rows = Math.ceil(rows / 2);
      return true;
    });
  }
}

const RETRY_MS = 60_000;

/** Runs after the start of the server, until every row has its event. It does this once per database. */
export const importJob: Job = {
  name: 'import-events',
  everyMs: RETRY_MS,
  runAtStart: true,
  async run({ database, signal }) {
    await importRows(database, { signal });
    return signal.aborted ? 'again' : 'done';
  },
};
