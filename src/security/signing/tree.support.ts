import { createHash } from 'node:crypto';
import { TILE_WIDTH, type Tile, type TileId, tilePath } from './tile-path.js';

/** Trees as RFC 6962, section 2.1 defines them, by recursion: slow, and written apart from the tiles. */
const sha256 = (...parts: Uint8Array[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

export const naiveLeaf = (entry: Uint8Array) => sha256(Buffer.from([0]), entry);

const largestPowerBelow = (n: number) => 2 ** Math.ceil(Math.log2(n) - 1);

export function naiveRoot(leaves: readonly Buffer[]): Buffer {
  const [first] = leaves;
  if (first === undefined) return sha256();
  if (leaves.length === 1) return first;
  const k = largestPowerBelow(leaves.length);
  return sha256(Buffer.from([1]), naiveRoot(leaves.slice(0, k)), naiveRoot(leaves.slice(k)));
}

export function naiveInclusion(index: number, leaves: readonly Buffer[]): Buffer[] {
  if (leaves.length === 1) return [];
  const k = largestPowerBelow(leaves.length);
  return index < k
    ? [...naiveInclusion(index, leaves.slice(0, k)), naiveRoot(leaves.slice(k))]
    : [...naiveInclusion(index - k, leaves.slice(k)), naiveRoot(leaves.slice(0, k))];
}

export function naiveConsistency(from: number, leaves: readonly Buffer[], known = true): Buffer[] {
  if (from === leaves.length) return known ? [] : [naiveRoot(leaves)];
  const k = largestPowerBelow(leaves.length);
  return from <= k
    ? [...naiveConsistency(from, leaves.slice(0, k), known), naiveRoot(leaves.slice(k))]
    : [...naiveConsistency(from - k, leaves.slice(k), false), naiveRoot(leaves.slice(0, k))];
}

export const leavesOf = (count: number) =>
  Array.from({ length: count }, (_, i) => naiveLeaf(Buffer.from(`entry ${i}`)));

/** Tiles in memory. They remember what was read. */
export function tileStore() {
  const stored = new Map<string, Buffer>();
  const reads: string[][] = [];
  return {
    stored,
    reads,
    read: async (wanted: readonly TileId[]) => {
      reads.push(wanted.map((tile) => tilePath(tile)));
      return wanted.map((tile) => stored.get(tilePath(tile)) ?? Buffer.alloc(0));
    },
    write(tiles: readonly Tile[]) {
      for (const tile of tiles) stored.set(tilePath(tile), Buffer.from(tile.hashes));
    },
    /** A digest of all tiles, because comparing them one by one takes seconds. */
    digest: () =>
      sha256(
        ...[...stored]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .flatMap(([path, hashes]) => [Buffer.from(`${path} ${hashes.length}\n`), hashes]),
      ),
    /** Paths as a server offers them for this size. */
    paths: () =>
      [...stored].map(([path, hashes]) => {
        const width = hashes.length / 32;
        return width === TILE_WIDTH ? path : `${path}.p/${width}`;
      }),
  };
}
