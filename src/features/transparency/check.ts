import { serverCaller } from '../../access/caller.js';
import { callContext, type Place, query } from '../../database/context.js';
import { isDatabaseUnavailable, rootCause } from '../../database/errors.js';
import { change } from '../../events/index.js';
import type { JobLog } from '../../jobs/job.js';
import type { Keys } from '../../security/signing/keys.js';
import { leafHash } from '../../security/signing/merkle.js';
import { rootAt, TILE_WIDTH } from '../../security/signing/tiles.js';
import { type CheckedRow, ENTRIES, LOST } from './check.sql.js';
import { faultOf } from './check-entry.js';
import { withLog } from './integrate.js';
import { DIVERGE } from './log.sql.js';
import { type Head, readHead, tilesOf } from './tree.js';

const HOUR_MS = 3_600_000;
/** Entries of the newest tiles: at least one whole tile, and the partial one. */
const NEWEST = 2 * TILE_WIDTH;

/** Events that are looked at for one that lost its place. */
const NEWEST_EVENTS = 20_000;
const LOST_MINUTES = 5;

const CHECKER = serverCaller('check-log');

/** The first entry that differs, or the size of the log if an event has no place in it. */
export interface Difference {
  readonly index: number;
  readonly fault: string;
}

async function entriesDiffer(place: Place, head: Head, first: number) {
  const rows = await query<CheckedRow>(place, ENTRIES, [head.id, first, head.size]);
  for (let index = first; index < head.size; index += 1) {
    const row = rows[index - first];
    if (!row || Number(row.index) !== index) return { index, fault: 'the entry is missing' };
    const fault = faultOf(row);
    if (fault !== undefined) return { index, fault };
  }
  return rows;
}

/**
 * Recomputes the newest tiles from the entries, these from their events, and the root from the tiles.
 * @returns undefined if all agree
 */
export async function checkNewest(place: Place, head: Head): Promise<Difference | undefined> {
  const { id, size, root } = head;
  if (size === 0) return undefined;
  const tileOf = (index: number) => Math.floor(index / TILE_WIDTH);
  const first = Math.max(0, tileOf(size - 1) * TILE_WIDTH - (NEWEST - TILE_WIDTH));
  const rows = await entriesDiffer(place, head, first);
  if (!Array.isArray(rows)) return rows;
  const readTiles = tilesOf(place, id);
  const wanted = Array.from({ length: tileOf(size - 1) - tileOf(first) + 1 }, (_, i) => ({
    level: 0,
    index: tileOf(first) + i,
  }));
  const tiles = Buffer.concat(await readTiles(wanted));
  for (const [i, { commitment }] of rows.entries()) {
    if (leafHash(commitment).equals(tiles.subarray(32 * i, 32 * (i + 1)))) continue;
    return { index: first + i, fault: 'the tile has another hash' };
  }
  const computed = await rootAt(size, readTiles).catch(() => undefined);
  if (computed?.equals(root)) return undefined;
  return { index: size - 1, fault: 'the tiles do not have the root of the log' };
}

/** An event whose row was taken out of the queue: the role of the server may delete there, because it integrates. */
async function lostEvent(place: Place, { size }: Head): Promise<Difference | undefined> {
  const [event] = await query<{ id: string }>(place, LOST, [NEWEST_EVENTS, LOST_MINUTES]);
  if (!event) return undefined;
  return { index: size, fault: `event ${event.id} is neither in the log nor in the queue` };
}

/** Stops all signing, and records the event once. */
async function diverge({ store }: Place, head: Head, { index }: Difference): Promise<void> {
  const context = callContext(store, CHECKER, 'check-log');
  await withLog({ store }, true, (transaction) =>
    change({ ...context, ...transaction }, async ({ record, unchanged, ...changing }) => {
      const done = await query(changing, DIVERGE, [head.id, index]);
      if (done.length === 0) return unchanged(undefined);
      return record('log.diverged', { id: head.origin, data: { index } });
    }),
  );
}

export interface Check {
  /** Checks now, and every hour from then on. */
  start(): void;
  /** Checks now. @returns the difference that stops the signing */
  run(): Promise<Difference | undefined>;
  close(): Promise<void>;
}

/** Checks the newest entries after the start and every hour, because a change of them must not be signed over. */
export function newestCheck({ store, keys, log }: Place & { keys: Keys; log: JobLog }): Check {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<unknown> = Promise.resolve();
  let closed = false;

  async function run(): Promise<Difference | undefined> {
    const head = await readHead({ store });
    const signed = await keys.lastSigned();
    // A log that is not the signed one is told apart from this.
    if (!head || head.divergedAt !== null || head.origin !== signed.origin) return undefined;
    const difference = (await checkNewest({ store }, head)) ?? (await lostEvent({ store }, head));
    if (!difference) return undefined;
    log.error({ ...difference }, 'the log differs from the events or from its tree: signing stops');
    await diverge({ store }, head, difference);
    return difference;
  }

  const tell = (error: unknown) => {
    if (isDatabaseUnavailable(error))
      log.warn({ cause: rootCause(error) }, 'failed to check the log');
    else log.error({ err: error }, 'failed to check the log');
  };
  const repeat = () => {
    running = run().catch(tell);
    if (closed) return;
    timer = setTimeout(repeat, HOUR_MS * (0.9 + 0.2 * Math.random()));
    timer.unref();
  };
  return {
    start: repeat,
    run,
    async close() {
      closed = true;
      clearTimeout(timer);
      await running;
    },
  };
}
