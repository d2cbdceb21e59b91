import { EMPTY_ROOT, HASH_BYTES, isCount, nodeHash } from './merkle.js';
import { TILE_WIDTH, type Tile, type TileId, tilePath } from './tile-path.js';

export { verifyConsistency, verifyInclusion } from './merkle.js';
export {
  parseTilePath,
  TILE_WIDTH,
  type Tile,
  type TileId,
  type TilePath,
  tilePath,
} from './tile-path.js';

/**
 * Reads tiles: for each one all hashes that it has so far, 32 bytes each, one after the other. A tile may have more
 * hashes than the tree that is asked about, but never fewer.
 */
export type ReadTiles = (wanted: readonly TileId[]) => Promise<readonly Uint8Array[]>;

export interface Growth {
  readonly size: number;
  readonly root: Buffer;
  /** The tiles that are new or have more hashes. */
  readonly tiles: readonly Tile[];
}

/** The leaves from `start` up to and without `end`. */
type Range = readonly [start: number, end: number];
/** A perfect subtree: the leaves from `index * 2^height`, `2^height` of them. */
type Node = { readonly height: number; readonly index: number };

/** A tile spans 8 levels of the tree. */
const TILE_HEIGHT = 8;

/** The largest power of two below `size`, which is at least 2. */
function split(size: number): number {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}

/** The perfect subtrees that make up a range, from left to right. The start of the range is that of a subtree. */
function nodesOf([start, end]: Range): Node[] {
  const nodes: Node[] = [];
  for (let at = start; at < end; ) {
    let [height, width] = [0, 1];
    while (width * 2 <= end - at && at % (width * 2) === 0)
      [height, width] = [height + 1, width * 2];
    nodes.push({ height, index: at / width });
    at += width;
  }
  return nodes;
}

/** Where a tile has the hashes below the node, or the node itself. */
function placeOf({ height, index }: Node) {
  const level = Math.floor(height / TILE_HEIGHT);
  const width = 2 ** (height % TILE_HEIGHT);
  const first = index * width;
  return {
    tile: { level, index: Math.floor(first / TILE_WIDTH) },
    offset: first % TILE_WIDTH,
    width,
  };
}

/** The root of a perfect subtree whose hashes at one level stand in the buffer. */
function perfectRoot(hashes: Uint8Array): Buffer {
  let row: Buffer[] = hashesOf(hashes);
  while (row.length > 1) {
    row = Array.from({ length: row.length / 2 }, (_, i) =>
      nodeHash(row[2 * i] ?? EMPTY_ROOT, row[2 * i + 1] ?? EMPTY_ROOT),
    );
  }
  return row[0] ?? EMPTY_ROOT;
}

function hashesOf(bytes: Uint8Array): Buffer[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length / HASH_BYTES }, (_, i) =>
    buffer.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES),
  );
}

/** The roots of ranges. All tiles are read in one call. */
async function hashRanges(ranges: readonly Range[], readTiles: ReadTiles): Promise<Buffer[]> {
  const places = ranges.map((range) => nodesOf(range).map(placeOf));
  const wanted = new Map(places.flat().map(({ tile }) => [tilePath(tile), tile]));
  const read = await readAll([...wanted.values()], readTiles);
  return places.map((nodes) => {
    const roots = nodes.map(({ tile, offset, width }) => {
      const hashes = read.get(tilePath(tile)) ?? EMPTY_ROOT;
      const end = (offset + width) * HASH_BYTES;
      if (hashes.length < end) throw missing(tile, hashes.length / HASH_BYTES, offset + width);
      return perfectRoot(hashes.subarray(offset * HASH_BYTES, end));
    });
    return roots.reduceRight((right, left) => nodeHash(left, right));
  });
}

async function readAll(tiles: readonly TileId[], readTiles: ReadTiles) {
  const found = tiles.length === 0 ? [] : await readTiles(tiles);
  return new Map(tiles.map((tile, i) => [tilePath(tile), found[i] ?? new Uint8Array()]));
}

const missing = (tile: TileId, has: number, needed: number) =>
  new Error(`Tile ${tilePath(tile)} has ${has} hashes, and the tree needs ${needed} of it`);

function requireCounts(...counts: number[]): void {
  const wrong = counts.find((count) => !isCount(count));
  if (wrong !== undefined) throw new RangeError(`${wrong} is not a size or an index of a tree`);
}

/** The root of the tree of this size. @throws {Error} if a tile has too few hashes */
export async function rootAt(size: number, readTiles: ReadTiles): Promise<Buffer> {
  requireCounts(size);
  if (size === 0) return EMPTY_ROOT;
  const [root] = await hashRanges([[0, size]], readTiles);
  return root ?? EMPTY_ROOT;
}

/**
 * The audit path of a leaf (RFC 6962, section 2.1.1), from its sibling up.
 * @throws {RangeError} unless `index` is below `size`
 */
export async function inclusionProof(
  index: number,
  size: number,
  readTiles: ReadTiles,
): Promise<Buffer[]> {
  requireCounts(index, size);
  if (index >= size) throw new RangeError(`A tree of size ${size} does not have leaf ${index}`);
  const ranges: Range[] = [];
  for (let [start, end] = [0, size]; end - start > 1; ) {
    const middle = start + split(end - start);
    ranges.unshift(index < middle ? [middle, end] : [start, middle]);
    if (index < middle) end = middle;
    else start = middle;
  }
  return hashRanges(ranges, readTiles);
}

/**
 * The proof that the tree of size `from` is the beginning of that of size `to` (RFC 6962, section 2.1.2). It is empty
 * for equal sizes, and from size 0.
 * @throws {RangeError} if `from` is larger than `to`
 */
export async function consistencyProof(
  from: number,
  to: number,
  readTiles: ReadTiles,
): Promise<Buffer[]> {
  requireCounts(from, to);
  if (from > to) throw new RangeError(`A tree of size ${to} does not contain one of size ${from}`);
  if (from === 0 || from === to) return [];
  const ranges: Range[] = [];
  let [start, end] = [0, to];
  while (from !== end) {
    const middle = start + split(end - start);
    ranges.unshift(from <= middle ? [middle, end] : [start, middle]);
    if (from <= middle) end = middle;
    else start = middle;
  }
  // The verifier has the root of the smaller tree already if it is a subtree of the larger one.
  if (start > 0) ranges.unshift([start, end]);
  return hashRanges(ranges, readTiles);
}

/** The last, partial tile of each level of a tree, with the number of its hashes. */
function rightEdge(size: number): (TileId & { width: number })[] {
  const edge = [];
  for (let [level, hashes] = [0, size]; hashes > 0; level += 1) {
    const [index, width] = [Math.floor(hashes / TILE_WIDTH), hashes % TILE_WIDTH];
    if (width > 0) edge.push({ level, index, width });
    hashes = index;
  }
  return edge;
}

/**
 * Appends leaves to a tree. Reads the partial tiles of its right edge, in one call, and nothing else.
 * @param grown `leaves` are leaf hashes; `size` is that of the tree before
 * @throws {Error} if a tile has too few hashes
 */
export async function growTree(grown: {
  readonly size: number;
  readonly leaves: readonly Buffer[];
  readonly readTiles: ReadTiles;
}): Promise<Growth> {
  const { size: before, leaves, readTiles } = grown;
  const size = before + leaves.length;
  requireCounts(before, size);
  const edge = rightEdge(before);
  const read = await readAll(edge, readTiles);
  const tiles = new Map<string, Tile>();
  const partial = new Map<number, Buffer>();
  for (const { width, ...tile } of edge) {
    const hashes = Buffer.from(read.get(tilePath(tile)) ?? []).subarray(0, width * HASH_BYTES);
    if (hashes.length < width * HASH_BYTES) throw missing(tile, hashes.length / HASH_BYTES, width);
    partial.set(tile.level, hashes);
  }
  let added: readonly Buffer[] = leaves;
  for (let [level, count] = [0, before]; added.length > 0; level += 1) {
    const first = Math.floor(count / TILE_WIDTH);
    const hashes = Buffer.concat([partial.get(level) ?? Buffer.alloc(0), ...added]);
    const roots: Buffer[] = [];
    for (let at = 0; at < hashes.length; at += TILE_WIDTH * HASH_BYTES) {
      const content = hashes.subarray(at, at + TILE_WIDTH * HASH_BYTES);
      const tile = { level, index: first + at / (TILE_WIDTH * HASH_BYTES), hashes: content };
      tiles.set(tilePath(tile), tile);
      if (content.length === TILE_WIDTH * HASH_BYTES) roots.push(perfectRoot(content));
    }
    [added, count] = [roots, first];
  }
  const root = await rootAt(size, async (wanted) =>
    wanted.map(
      (tile) => tiles.get(tilePath(tile))?.hashes ?? partial.get(tile.level) ?? Buffer.alloc(0),
    ),
  );
  return { size, root, tiles: [...tiles.values()] };
}
