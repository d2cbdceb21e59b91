import { type Place, readTogether } from '../../database/context.js';
import type { Read } from '../../database/sql.js';
import type { Checkpoint } from '../../security/signing/checkpoint.js';
import type { Keys } from '../../security/signing/keys.js';
import { stateOf, troubleOf } from './state.js';
import { tilesBy } from './tree.js';
import { ALL_LOGS, ERASURES, type LogRow, OUTSIDE, STRAY, UNLOGGED } from './verify.sql.js';
import { type LogVerifier, type Report, verifyLog } from './verify-log.js';
import { verifyRows } from './verify-rows.js';

const PAGE = 5000;

/** How much was verified. */
export interface Verified {
  readonly logs: number;
  readonly entries: number;
  readonly checkpoints: number;
  readonly events: number;
  readonly policies: number;
  readonly verdicts: number;
  readonly documents: number;
  /** Events of writes that did not go through the server. */
  readonly besideApi: number;
  /** Events of rows from before the events. */
  readonly imported: number;
}

/** What was written beside the API can be anything. */
function eventIn(data: string): string {
  try {
    return String(JSON.parse(data)?.event);
  } catch {
    return '';
  }
}

async function erasedEvents(read: Read): Promise<Set<string>> {
  const rows = await read<{ data: string }>(ERASURES, []);
  return new Set(rows.map(({ data }) => eventIn(data)));
}

async function verifyPlaces(read: Read, report: Report): Promise<number> {
  type Row = { id: string; logged: boolean; queued: boolean };
  for (let [before, count]: [string | null, number] = [null, 0]; ; ) {
    const rows: Row[] = await read<Row>(UNLOGGED, [before, PAGE]);
    for (const { id, logged, queued } of rows) {
      if (!logged && !queued) report(`event ${id}: it is neither in the log nor in the queue`);
    }
    count += rows.length;
    if (rows.length < PAGE) return count;
    before = rows.at(-1)?.id ?? null;
  }
}

/** Compares the current log with what was signed last, outside of the database. */
async function verifySigned(
  read: Read,
  logs: readonly LogRow[],
  signed: Checkpoint,
  report: Report,
) {
  const log = logs.find(({ endedAt }) => endedAt === null);
  const divergedAt = log?.divergedAt ?? null;
  const head = log && {
    ...log,
    size: Number(log.size),
    divergedAt: divergedAt === null ? null : Number(divergedAt),
    published: true,
    note: null,
  };
  const trouble = troubleOf(await stateOf(head, signed, tilesBy(read, log?.id ?? 0), []));
  const what = `the keys' folder has size ${signed.size} of ${signed.origin}`;
  if (trouble) report(`the current log: ${what}. ${trouble}`);
}

/**
 * Verifies the whole database against its logs, on one snapshot: each entry against its event, tiles, roots,
 * checkpoints and their signatures, the file of the last signature, and rows against their events.
 * @param keys undefined: signatures are not verified
 * @param report called for each fault
 */
export async function verify(
  { store }: Place,
  keys: Keys | undefined,
  report: Report,
): Promise<Verified> {
  // Before the snapshot: what is signed after it must not look like a cut.
  const signed = await keys?.lastSigned();
  return readTogether({ store }, async (read) => {
    const logs = await read<LogRow>(ALL_LOGS, []);
    const erased = await erasedEvents(read);
    const verifier: LogVerifier = { read, report, releases: new Map(), erased };
    let [entries, checkpoints] = [0, 0];
    for (const log of logs) {
      const verified = await verifyLog(verifier, log, keys);
      entries += verified.entries;
      checkpoints += verified.checkpoints;
    }
    if (signed) await verifySigned(read, logs, signed, report);
    for (const { fault } of await read<{ fault: string }>(STRAY, [])) report(fault);
    const events = await verifyPlaces(read, report);
    type Outside = Pick<Verified, 'besideApi' | 'imported'>;
    const [outside] = await read<Outside>(OUTSIDE, []);
    const { besideApi = 0, imported = 0 } = outside ?? {};
    const rows = await verifyRows({ read, report });
    return { logs: logs.length, entries, checkpoints, events, ...rows, besideApi, imported };
  });
}
