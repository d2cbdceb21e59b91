import { setTimeout as sleep } from 'node:timers/promises';
import { type Place, query } from '../../database/context.js';
import { type Keys, KeysError } from '../../security/signing/keys.js';
import { leafHash } from '../../security/signing/merkle.js';
import {
  consistencyProof,
  inclusionProof,
  parseTilePath,
  type ReadTiles,
  rootAt,
  TILE_WIDTH,
  type TileId,
} from '../../security/signing/tiles.js';
import { AppError, invalidAt } from '../../shared/app-error.js';
import { entryOfLog } from './entries.js';
import { LOG_OFF, notInLog } from './problems.js';
import {
  CHECKPOINT,
  COMMITMENTS,
  ENTRY_AT,
  LOG,
  LOGS,
  PLACE_OF_EVENT,
  PUBLISHED_WITHIN,
} from './read.sql.js';
import type { Sequencer } from './sequencer.js';
import { troubleOf } from './state.js';
import { tilesOf } from './tree.js';

const HASH_BYTES = 32;
/** How long a request waits until its event is in the log. */
const WAIT_MS = 2000;
/** Tiles of 8 KiB that are kept while a pack is made. */
const MAX_KEPT_TILES = 1000;

/** A log, with its latest checkpoint. */
interface Published {
  readonly id: number;
  readonly origin: string;
  /** Entries that a published checkpoint covers. */
  readonly size: number;
  readonly note: string;
}

export interface ProofQuery {
  readonly index?: number;
  readonly event?: string;
  readonly size?: number;
  readonly log?: number;
}

export interface LogServiceOptions extends Place {
  /** undefined: no keys' folder, and nothing is signed. */
  readonly keys?: Keys | undefined;
  readonly sequencer?: Sequencer | undefined;
}

const base64 = (hashes: readonly Buffer[]) => hashes.map((hash) => hash.toString('base64'));

/** The first and the end of the sizes of trees whose tile has exactly this width. undefined: no tree is so large. */
function sizesOf(level: number, index: number, width: number) {
  const span = TILE_WIDTH ** level;
  const hashes = index * TILE_WIDTH + width;
  const [first, end] = [hashes * span, (hashes + 1) * span];
  return Number.isSafeInteger(end) ? { first, end } : undefined;
}

export type LogService = ReturnType<typeof logService>;

/** Reads of the log: checkpoints, tiles and proofs. They are the same for every caller. */
export function logService({ keys, sequencer, ...place }: LogServiceOptions) {
  async function find(id: number | undefined): Promise<Published | undefined> {
    type Row = { id: number; origin: string; size: string | null; note: string | null };
    const [row] = await query<Row>(place, LOG, [id ?? null]);
    if (!row || row.size === null || row.note === null) return undefined;
    return { id: row.id, origin: row.origin, size: Number(row.size), note: row.note };
  }

  /** What is committed is in the log then, unless that takes too long or the log is not signed. */
  async function settled(): Promise<void> {
    if (!sequencer) throw new AppError('log-off', LOG_OFF);
    const settling = sequencer.settle().catch((error: unknown) => {
      // The sequencer says it in the log, and tries again. The event waits.
      if (!(error instanceof KeysError)) throw error;
    });
    await Promise.race([settling, sleep(WAIT_MS, undefined, { ref: false })]);
  }

  /** Why an event that exists has no place in the log yet. */
  function notYet(): AppError {
    const trouble = sequencer?.state && troubleOf(sequencer.state);
    if (trouble) return new AppError('log-not-signed', trouble);
    const detail = 'The event is not in the log yet. Ask again in a second';
    return new AppError('log-behind', detail, { headers: { 'retry-after': '1' } });
  }

  /** @throws {AppError} `log-off`, `log-not-signed`, `not-in-log` */
  async function requireLog(id: number | undefined): Promise<Published> {
    const found = await find(id);
    if (found) return found;
    if (id !== undefined) throw notInLog(`Log ${id} does not exist`);
    await settled();
    const begun = await find(undefined);
    if (!begun) throw notYet();
    return begun;
  }

  async function placeOf(event: string) {
    type Row = { logId: number | null; index: string | null };
    const [row] = await query<Row>(place, PLACE_OF_EVENT, [event]);
    if (!row) throw new AppError('event-not-found', 'Event not found');
    return row.logId === null ? undefined : { logId: row.logId, index: Number(row.index) };
  }

  /** The entry of an event. It is integrated now if it was not yet. */
  async function entryOfEvent(event: string): Promise<{ log: Published; index: number }> {
    for (const isLast of [false, true]) {
      const found = await placeOf(event);
      const log = found && (await find(found.logId));
      if (found && log && found.index < log.size) return { log, index: found.index };
      if (!isLast) await settled();
    }
    throw notYet();
  }

  async function entryAt(index: number, id: number | undefined) {
    const log = await requireLog(id);
    if (index < log.size) return { log, index };
    throw notInLog(`The log has ${log.size} entries, so index ${index} does not exist`);
  }

  const requireSize = (log: Published, size: number) => {
    if (size > log.size)
      throw notInLog(`The log has ${log.size} entries, which is less than ${size}`);
  };

  async function noteAt(log: Published, size: number): Promise<string | null> {
    if (size === log.size) return log.note;
    const [row] = await query<{ note: string }>(place, CHECKPOINT, [log.id, size]);
    return row?.note ?? null;
  }

  async function entries(log: Published, index: number, width: number): Promise<Buffer> {
    const first = index * TILE_WIDTH;
    type Row = { commitment: Buffer };
    const rows = await query<Row>(place, COMMITMENTS, [log.id, first, first + width]);
    if (rows.length < width) throw new Error(`log ${log.id} lacks entries from ${first}`);
    // tlog-tiles: each entry after its length, two bytes, big-endian.
    return Buffer.concat(
      rows.flatMap(({ commitment }) => [Buffer.from([0, HASH_BYTES]), commitment]),
    );
  }

  /** Tiles of one log, kept while many proofs are made. A tile that grows meanwhile begins with what is kept. */
  function keptTiles(logId: number): ReadTiles {
    const kept = new Map<string, Promise<Uint8Array>>();
    const read = tilesOf(place, logId);
    const one = (tile: TileId) => {
      const key = `${tile.level}/${tile.index}`;
      const known = kept.get(key);
      if (known !== undefined) return known;
      if (kept.size >= MAX_KEPT_TILES) kept.clear();
      const reading = read([tile]).then(([found]) => found ?? new Uint8Array());
      kept.set(key, reading);
      return reading;
    };
    return (wanted) => Promise.all(wanted.map(one));
  }

  return {
    /** @throws {AppError} `log-off` */
    requireOn(): void {
      if (!keys) throw new AppError('log-off', LOG_OFF);
    },

    /** Waits until what is committed is in the log, up to 2 s. @throws {AppError} `log-off` */
    settle: settled,

    /** Why an event that exists has no place in the log yet. */
    notYet,

    /**
     * The entry of an event with its proof in the latest signed tree. It is integrated now if it was not yet.
     * @throws {AppError} `event-not-found`, `log-off`, `log-not-signed`, `log-behind`
     */
    async signedEntry(event: string) {
      const { log, index } = await entryOfEvent(event);
      const entry = await entryOfLog(place, log.id, index);
      if (!entry) throw new Error(`log ${log.id} lacks entry ${index}`);
      const hashes = await inclusionProof(index, log.size, tilesOf(place, log.id));
      return { ...entry, hashes, checkpoint: log.note };
    },

    /** Makes many inclusion proofs of one log, and reads each tile about once. */
    prover() {
      const tiles = new Map<number, ReadTiles>();
      return (logId: number, index: number, size: number): Promise<Buffer[]> => {
        const readTiles = tiles.get(logId) ?? keptTiles(logId);
        tiles.set(logId, readTiles);
        return inclusionProof(index, size, readTiles);
      };
    },

    /** The latest checkpoint, a signed note. @throws {AppError} `log-off`, `log-not-signed`, `not-in-log` */
    async checkpoint(id?: number): Promise<string> {
      return (await requireLog(id)).note;
    },

    /**
     * A tile, or an entry bundle (C2SP tlog-tiles). A partial one exists if a published checkpoint has a tree with it.
     * @param path below `tile/`
     * @throws {AppError} `log-off`, `log-not-signed`, `not-in-log`
     */
    async tile(path: string, id?: number): Promise<Buffer> {
      const wanted = parseTilePath(path);
      const unknown = notInLog('The log does not have this tile');
      if (!wanted) throw unknown;
      const { index, width } = wanted;
      const level = wanted.level === 'entries' ? 0 : wanted.level;
      const sizes = sizesOf(level, index, width);
      if (!sizes) throw unknown;
      const log = await requireLog(id);
      if (log.size < sizes.first) throw unknown;
      if (width < TILE_WIDTH) {
        const values = [log.id, sizes.first, sizes.end];
        const published = await query(place, PUBLISHED_WITHIN, values);
        if (published.length === 0) throw unknown;
      }
      if (wanted.level === 'entries') return entries(log, index, width);
      const [hashes] = await tilesOf(place, log.id)([{ level, index }]);
      if (!hashes || hashes.length < width * HASH_BYTES) {
        throw new Error(`log ${log.id} lacks hashes of the tile ${path}`);
      }
      return Buffer.from(hashes.subarray(0, width * HASH_BYTES));
    },

    /**
     * An inclusion proof. An event that has no index yet gets one first.
     * @throws {AppError} `validation-failed`, `event-not-found`, `not-in-log`, `log-off`, `log-not-signed`,
     * `log-behind`
     */
    async proof({ index: at, event, size: asked, log: id }: ProofQuery) {
      if ((at === undefined) === (event === undefined)) {
        throw invalidAt('query', '', 'must have exactly one of `index` and `event`');
      }
      const { log, index } =
        event === undefined ? await entryAt(at ?? 0, id) : await entryOfEvent(event);
      const size = asked ?? log.size;
      requireSize(log, size);
      if (index >= size) throw notInLog(`A tree of size ${size} does not have index ${index}`);
      const readTiles = tilesOf(place, log.id);
      const [row] = await query<{ commitment: Buffer }>(place, ENTRY_AT, [log.id, index]);
      if (!row) throw new Error(`log ${log.id} lacks entry ${index}`);
      return {
        origin: log.origin,
        index,
        size,
        entry: row.commitment.toString('base64'),
        leafHash: leafHash(row.commitment).toString('base64'),
        rootHash: (await rootAt(size, readTiles)).toString('base64'),
        hashes: base64(await inclusionProof(index, size, readTiles)),
        checkpoint: await noteAt(log, size),
      };
    },

    /** @throws {AppError} `validation-failed`, `not-in-log`, `log-off`, `log-not-signed` */
    async consistency(between: { from: number; to?: number; log?: number }) {
      const log = await requireLog(between.log);
      const { from, to = log.size } = between;
      if (from > to) throw invalidAt('query', '/from', 'must not be larger than `to`');
      requireSize(log, to);
      const readTiles = tilesOf(place, log.id);
      return {
        origin: log.origin,
        from,
        to,
        fromRootHash: (await rootAt(from, readTiles)).toString('base64'),
        toRootHash: (await rootAt(to, readTiles)).toString('base64'),
        hashes: base64(await consistencyProof(from, to, readTiles)),
        checkpoint: await noteAt(log, to),
      };
    },

    /** Public keys, and which number the log of each key has in paths. @throws {AppError} `log-off` */
    async keys() {
      if (!keys) throw new AppError('log-off', LOG_OFF);
      // Another process may have rotated them. A folder that cannot be read now is told by the sequencer.
      await keys.refresh().catch((error: unknown) => {
        if (!(error instanceof KeysError)) throw error;
      });
      const rows = await query<{ id: number; origin: string }>(place, LOGS, []);
      const numbers = new Map(rows.map(({ id, origin }) => [origin, id]));
      const { log, verdicts } = keys.list();
      return {
        log: log.map((key) => ({ ...key, log: numbers.get(key.origin) ?? null })),
        verdicts,
      };
    },
  };
}
