import { randomBytes } from 'node:crypto';
import { type Inside, isInTransaction, type Place, query } from '../../database/context.js';
import { bookkeeping } from '../../database/transaction.js';
import { formatCheckpoint } from '../../security/signing/checkpoint.js';
import type { Keys } from '../../security/signing/keys.js';
import { EMPTY_ROOT, leafHash } from '../../security/signing/merkle.js';
import { growTree } from '../../security/signing/tiles.js';
import { BEGIN_LOG, GROW, LATEST, LOCK, PUBLISH, TAKE, TRY_LOCK } from './log.sql.js';
import { type LogState, stateOf } from './state.js';
import { commitmentOf, type EventRow, type ReleasePlace, statementOf } from './statement.js';
import { type Head, readHead, tilesOf } from './tree.js';

/** Events of one transaction. 1,000 take a tenth of a second. */
export const BATCH = 1000;

const SALT_BYTES = 32;
/** Fills the place of a hash that does not exist. */
const NO_HASH = Buffer.alloc(32);
/** The name of the lock of all that writes the log. */
const LOCK_NAME = 'transparency log';

type Taken = EventRow & { readonly indexed: boolean };

interface Entry extends ReleasePlace {
  readonly event: EventRow;
  readonly salt: Buffer;
  readonly commitment: Buffer;
}

/** The state of the log, and the log if there is one. */
export interface Looked {
  readonly state: LogState;
  readonly head: Head | undefined;
}

/** The log, when this process holds the lock. `head` is undefined only in a state other than `signing`. */
export async function lookAt(context: Inside<Place>, keys: Keys): Promise<Looked> {
  await keys.refresh();
  const signed = await keys.lastSigned();
  const head = await readHead(context);
  const readTiles = tilesOf(context, head?.id ?? 0);
  const state = await stateOf(head, signed, readTiles, keys.list().log);
  if (head || state !== 'signing') return { state, head };
  await query(context, BEGIN_LOG, [signed.origin, EMPTY_ROOT]);
  return { state, head: await readHead(context) };
}

/**
 * Runs work in a transaction that holds the lock of the log. One transaction holds it, over all instances.
 * @param wait whether to wait for the lock as long as for any other
 * @returns undefined if it does not wait, and another transaction holds the lock
 */
export function withLog<Result>(
  place: Place | Inside<Place>,
  wait: boolean,
  work: (context: Inside<Place>) => Promise<Result>,
): Promise<Result | undefined> {
  return bookkeeping(place, async (context) => {
    if (wait) await query(context, LOCK, [LOCK_NAME]);
    else {
      const [row] = await query<{ locked: boolean }>(context, TRY_LOCK, [LOCK_NAME]);
      if (!row?.locked) return undefined;
    }
    return work(context);
  });
}

/** Gives each event its place in its release, and its commitment. The events are in the order of their indexes. */
async function entriesOf(context: Inside<Place>, events: readonly EventRow[]): Promise<Entry[]> {
  const releases = new Set(events.flatMap(({ releaseId }) => releaseId ?? []));
  type Latest = { releaseId: string; sequence: number; commitment: Buffer };
  const latest = releases.size === 0 ? [] : await query<Latest>(context, LATEST, [[...releases]]);
  const last = new Map(
    latest.map(({ releaseId, sequence, commitment }) => [releaseId, { sequence, commitment }]),
  );
  const salts = randomBytes(SALT_BYTES * events.length);
  return events.map((event, i) => {
    const salt = salts.subarray(SALT_BYTES * i, SALT_BYTES * (i + 1));
    const before = event.releaseId === null ? undefined : last.get(event.releaseId);
    const sequence = event.releaseId === null ? null : (before?.sequence ?? 0) + 1;
    const previous = before ? leafHash(before.commitment) : null;
    const commitment = commitmentOf(salt, statementOf(event, { sequence, previous }));
    if (event.releaseId !== null && sequence !== null) {
      last.set(event.releaseId, { sequence, commitment });
    }
    return { event, salt, commitment, sequence, previous };
  });
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

async function append(context: Inside<Place>, head: Head, entries: readonly Entry[]) {
  const leaves = entries.map(({ commitment }) => leafHash(commitment));
  const grown = await growTree({ size: head.size, leaves, readTiles: tilesOf(context, head.id) });
  const lengths = grown.tiles.map(({ hashes }) => hashes.length);
  const written = await query(context, GROW, [
    head.id,
    head.size,
    grown.size,
    grown.root,
    entries.map(({ event }) => event.id),
    entries.map(({ event }) => event.releaseId),
    entries.map(({ sequence }) => sequence),
    Buffer.concat(entries.map(({ salt }) => salt)),
    Buffer.concat(entries.map(({ commitment }) => commitment)),
    Buffer.concat(entries.map(({ previous }) => previous ?? NO_HASH)),
    grown.tiles.map(({ level }) => level),
    grown.tiles.map(({ index }) => index),
    grown.tiles.map((_, i) => 1 + sum(lengths.slice(0, i))),
    lengths,
    Buffer.concat(grown.tiles.map(({ hashes }) => hashes)),
  ]);
  if (written.length === 0) throw new Error('the log changed while this process held its lock');
}

/**
 * Gives indexes to the next events of the queue, in the open transaction.
 * @param only takes this event alone
 * @returns how many events left the queue, and how many entries the log gained
 */
export async function takeNext(
  context: Inside<Place>,
  head: Head,
  { batch = BATCH, only }: { batch?: number; only?: string } = {},
): Promise<{ taken: number; added: number }> {
  const taken = await query<Taken>(context, TAKE, [batch, only ?? null]);
  const events = taken.filter(({ indexed }) => !indexed).sort((a, b) => (a.id < b.id ? -1 : 1));
  if (events.length > 0) await append(context, head, await entriesOf(context, events));
  return { taken: taken.length, added: events.length };
}

export interface Integrated {
  /** Events that left the queue. */
  readonly taken: number;
  readonly added: number;
  readonly state: LogState;
  readonly size: number;
}

/**
 * Takes one batch of the queue into the log and commits. What it adds is not signed yet: see `publish`.
 * @returns undefined if another process holds the lock
 */
export function integrate(
  place: Place,
  keys: Keys,
  { batch = BATCH, wait = false }: { batch?: number; wait?: boolean } = {},
): Promise<Integrated | undefined> {
  return withLog(place, wait, async (context) => {
    const { state, head } = await lookAt(context, keys);
    if (state !== 'signing' || !head) return { taken: 0, added: 0, state, size: head?.size ?? 0 };
    const { taken, added } = await takeNext(context, head, { batch });
    return { taken, added, state, size: head.size + added };
  });
}

/**
 * Signs the log of the open transaction, unless it is published. First the file outside the database has the signed
 * size and root, then the checkpoint is published. If this process ends in between, the same checkpoint is signed
 * again.
 */
export async function sign(context: Inside<Place>, keys: Keys): Promise<Looked> {
  const { state, head } = await lookAt(context, keys);
  if (state !== 'signing' || !head || head.published) return { state, head };
  const { id, origin, size, root } = head;
  const note = keys.log.signCheckpoint(formatCheckpoint({ origin, size, root }));
  await keys.saveSigned({ origin, size, root });
  await query(context, PUBLISH, [id, size, root, note]);
  return { state, head };
}

/**
 * Signs and publishes what is committed. It must not run in a transaction that added entries: what is signed must
 * outlive a crash of the database.
 * @returns undefined if another process holds the lock
 */
export function publish(
  place: Place,
  keys: Keys,
  { wait = false }: { wait?: boolean } = {},
): Promise<Looked | undefined> {
  if (isInTransaction(place)) throw new Error('publish needs its own transaction');
  return withLog(place, wait, (context) => sign(context, keys));
}
