import type { Read } from '../../database/sql.js';
import { openCheckpoint } from '../../security/signing/checkpoint.js';
import type { Keys } from '../../security/signing/keys.js';
import { EMPTY_ROOT, leafHash } from '../../security/signing/merkle.js';
import { parseVkey } from '../../security/signing/note.js';
import { growTree, rootAt, type Tile } from '../../security/signing/tiles.js';
import { type CheckedRow, ENTRIES, faultOf, tilesBy } from '../transparency/index.js';
import { type Erasure, erasureFault } from './erasures.js';
import { BEYOND, CHECKPOINTS, type CheckpointRow, type LogRow } from './verify.sql.js';

const BATCH = 2000;

/** Called for each fault. It says where, and what differs. */
export type Report = (fault: string) => void;

/** The last entry of each release, over all logs in their order. */
type Releases = Map<string, { readonly sequence: number; readonly leaf: Buffer }>;

export interface LogVerifier {
  readonly read: Read;
  readonly report: Report;
  readonly releases: Releases;
  /** Erasures that the log has, by the id of the event. */
  readonly erased: ReadonlyMap<string, Erasure>;
}

function verifyPlace({ releases, report }: LogVerifier, row: CheckedRow, where: string): void {
  const { entryRelease, sequence, previous, commitment } = row;
  if (entryRelease === null || sequence === null) return;
  const before = releases.get(entryRelease);
  const follows =
    sequence === (before?.sequence ?? 0) + 1 &&
    (before ? previous?.equals(before.leaf) : previous === null);
  if (!follows)
    report(`${where}: it does not follow the entry before it in release ${entryRelease}`);
  releases.set(entryRelease, { sequence, leaf: leafHash(commitment) });
}

function verifyEntry(verifier: LogVerifier, row: CheckedRow, where: string): void {
  const fault = faultOf(row);
  if (fault !== undefined) verifier.report(`${where}: ${fault}`);
  const changed =
    row.salt === null && row.exists
      ? erasureFault(row, verifier.erased.get(row.eventId))
      : undefined;
  if (changed !== undefined && fault === undefined) verifier.report(`${where}: ${changed}`);
  verifyPlace(verifier, row, where);
}

/** Compares the tiles that entries make with those of the database, and keeps only the right edge. */
class Tree {
  size = 0;
  root: Buffer = EMPTY_ROOT;
  tiles = 0;
  readonly #edge = new Map<string, Tile>();
  readonly #open = new Map<string, Tile>();

  constructor(
    readonly log: number,
    readonly verifier: LogVerifier,
  ) {}

  async add(leaves: readonly Buffer[]): Promise<void> {
    const grown = await growTree({
      size: this.size,
      leaves,
      readTiles: async (wanted) =>
        wanted.map(
          ({ level, index }) => this.#edge.get(`${level}/${index}`)?.hashes ?? Buffer.alloc(0),
        ),
    });
    this.size = grown.size;
    this.root = grown.root;
    for (const tile of grown.tiles) {
      const key = `${tile.level}/${tile.index}`;
      if (!this.#open.has(key)) this.tiles += 1;
      this.#open.set(key, tile);
      this.#edge.set(key, tile);
    }
    const full = [...this.#open.values()].filter(({ hashes }) => hashes.length === 8192);
    await this.#compare(full);
    for (const { level, index } of full) {
      this.#open.delete(`${level}/${index}`);
      this.#edge.delete(`${level}/${index}`);
    }
  }

  /** Compares what is not full. */
  end(): Promise<void> {
    return this.#compare([...this.#open.values()]);
  }

  async #compare(tiles: readonly Tile[]): Promise<void> {
    const { read, report } = this.verifier;
    const stored = await tilesBy(read, this.log)(tiles);
    for (const [i, { level, index, hashes }] of tiles.entries()) {
      const found = Buffer.from(stored[i] ?? []);
      const where = `log ${this.log}, tile ${level}/${index}`;
      if (found.length === 0) report(`${where}: it is missing`);
      else if (!found.equals(hashes)) report(`${where}: it is not what the entries make`);
    }
  }
}

async function verifyEntries(verifier: LogVerifier, { id, size }: LogRow): Promise<Tree> {
  const tree = new Tree(id, verifier);
  const end = Number(size);
  for (let first = 0; first < end; first += BATCH) {
    const last = Math.min(first + BATCH, end);
    const rows = await verifier.read<CheckedRow>(ENTRIES, [id, first, last]);
    const found = new Map(rows.map((row) => [Number(row.index), row]));
    const leaves: Buffer[] = [];
    for (let index = first; index < last; index += 1) {
      const row = found.get(index);
      const where = `log ${id}, entry ${index}`;
      if (row) verifyEntry(verifier, row, where);
      else verifier.report(`${where}: it is missing`);
      leaves.push(row ? leafHash(row.commitment) : EMPTY_ROOT);
    }
    await tree.add(leaves);
  }
  await tree.end();
  return tree;
}

function opened(note: string, vkeys: readonly string[]) {
  for (const vkey of vkeys) {
    try {
      return openCheckpoint(note, parseVkey(vkey));
    } catch {
      // signed by another key
    }
  }
  return undefined;
}

async function verifyCheckpoints(verifier: LogVerifier, log: LogRow, keys: Keys | undefined) {
  const { read, report } = verifier;
  const readTiles = tilesBy(read, log.id);
  const own = keys?.list().log.filter(({ origin }) => origin === log.origin) ?? [];
  const vkeys = own.map(({ vkey }) => vkey);
  let [count, unsigned] = [0, 0];
  for (let [before, more] = [-1, true]; more; ) {
    const rows = await read<CheckpointRow>(CHECKPOINTS, [log.id, before, BATCH]);
    for (const { size: text, root, note } of rows) {
      const size = Number(text);
      const where = `log ${log.id}, checkpoint ${size}`;
      before = size;
      if (size > Number(log.size)) report(`${where}: the log has fewer entries`);
      else {
        const computed = await rootAt(size, readTiles).catch(() => undefined);
        if (!computed?.equals(root)) report(`${where}: the tiles do not have its root`);
      }
      if (!keys) continue;
      const signed = opened(note, vkeys);
      if (vkeys.length === 0) unsigned += 1;
      else if (!signed) report(`${where}: no key of the log signed it`);
      else if (signed.size !== size || !signed.root.equals(root)) {
        report(`${where}: it signs another size or root`);
      }
    }
    count += rows.length;
    more = rows.length === BATCH;
  }
  if (unsigned > 0) {
    const lost = `its keys are not in the keys' folder, so ${unsigned} signatures were not verified`;
    report(`log ${log.id}, ${log.origin}: ${lost}`);
  }
  return count;
}

/** Recomputes a log from its events. @returns how much was verified */
export async function verifyLog(verifier: LogVerifier, log: LogRow, keys: Keys | undefined) {
  const { read, report } = verifier;
  const tree = await verifyEntries(verifier, log);
  if (!tree.root.equals(log.root)) report(`log ${log.id}: its root is not that of its entries`);
  const [beyond] = await read<{ entries: number; tiles: number }>(BEYOND, [log.id, log.size]);
  if (beyond && beyond.entries > 0) {
    report(`log ${log.id}: ${beyond.entries} entries are beyond its size ${log.size}`);
  }
  if (beyond && beyond.tiles > tree.tiles) {
    report(`log ${log.id}: ${beyond.tiles - tree.tiles} tiles belong to no entry`);
  }
  const checkpoints = await verifyCheckpoints(verifier, log, keys);
  return { entries: tree.size, checkpoints };
}
