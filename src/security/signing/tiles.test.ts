import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  consistencyProof,
  growTree,
  inclusionProof,
  parseTilePath,
  rootAt,
  tilePath,
  verifyConsistency,
  verifyInclusion,
} from './tiles.js';
import {
  leavesOf,
  naiveConsistency,
  naiveInclusion,
  naiveRoot,
  tileStore,
} from './tree.support.js';

const LARGEST = 70_000;
const leaves = leavesOf(LARGEST);
const first = (count: number) => leaves.slice(0, count);

/** A tree that grew by these batches. */
async function grown(...batches: number[]) {
  const store = tileStore();
  let tree = { size: 0, root: naiveRoot([]) };
  for (const batch of batches) {
    const { tiles, ...next } = await growTree({
      size: tree.size,
      leaves: leaves.slice(tree.size, tree.size + batch),
      readTiles: store.read,
    });
    store.write(tiles);
    tree = next;
  }
  return { ...tree, store };
}

let largest: ReturnType<typeof grown> | undefined;
/** The largest tree, built once. */
const large = async () => {
  largest ??= grown(LARGEST);
  return (await largest).store;
};

describe('growTree', () => {
  it('gives the root of the definition for every size up to 300, leaf by leaf', async () => {
    const store = tileStore();
    for (let size = 0; size <= 300; size += 1) {
      const tree = await growTree({
        size,
        leaves: leaves.slice(size, size + 1),
        readTiles: store.read,
      });
      store.write(tree.tiles);
      expect(tree.size).toBe(size + 1);
      expect(tree.root).toEqual(naiveRoot(first(size + 1)));
      expect(await rootAt(size, store.read)).toEqual(naiveRoot(first(size)));
    }
  });

  it.each([255, 256, 257, 65_535, 65_536, 65_537, LARGEST])(
    'gives the root of size %i, in one batch and in batches of 5,000 and of 1',
    async (size) => {
      const [large, rest] = [Math.floor((size - 3) / 5000), (size - 3) % 5000];
      const batches = [...Array<number>(large).fill(5000), rest, 1, 1, 1];
      const [once, often] = [await grown(size), await grown(...batches)];
      expect(once.root).toEqual(naiveRoot(first(size)));
      expect(often.root).toEqual(once.root);
      expect(often.store.digest()).toEqual(once.store.digest());
    },
  );

  it('gives the same tiles for any batches', async () => {
    const batch = fc.integer({ min: 0, max: 700 });
    await fc.assert(
      fc.asyncProperty(fc.array(batch, { minLength: 1, maxLength: 6 }), async (batches) => {
        const tree = await grown(...batches);
        const size = batches.reduce((sum, one) => sum + one);
        expect(tree.root).toEqual(naiveRoot(first(size)));
        expect(tree.store.digest()).toEqual((await grown(size)).store.digest());
      }),
      { numRuns: 30 },
    );
  });

  it('reads the right edge only, in one call, and returns the tiles that changed', async () => {
    const { store } = await grown(66_000);
    store.reads.length = 0;
    const { tiles } = await growTree({
      size: 66_000,
      leaves: leaves.slice(66_000, 70_000),
      readTiles: store.read,
    });
    expect(store.reads).toEqual([['0/257', '1/001', '2/000']]);
    const changed = [...Array.from({ length: 17 }, (_, i) => `0/${257 + i}`), '1/001'];
    expect(tiles.map((tile) => tilePath(tile))).toEqual(changed);
  });

  it('reads nothing if the right edge is full, and changes nothing without leaves', async () => {
    const { store, root } = await grown(65_536);
    store.reads.length = 0;
    const tree = await growTree({ size: 65_536, leaves: [], readTiles: store.read });
    expect(tree).toEqual({ size: 65_536, root, tiles: [] });
    expect(store.reads).toEqual([['2/000']]);
    expect((await grown(0)).root).toEqual(naiveRoot([]));
  });

  it('fails if a tile of the edge has too few hashes', async () => {
    const { store } = await grown(300);
    store.stored.set('0/001', Buffer.alloc(43 * 32));
    const growing = growTree({ size: 300, leaves: first(1), readTiles: store.read });
    await expect(growing).rejects.toThrow('Tile 0/001 has 43 hashes, and the tree needs 44 of it');
  });

  it('takes tiles that already have more hashes than the tree', async () => {
    const { store } = await grown(310);
    const tree = await growTree({
      size: 300,
      leaves: leaves.slice(300, 305),
      readTiles: store.read,
    });
    expect(tree.root).toEqual(naiveRoot(first(305)));
    expect(tree.tiles[0]?.hashes.length).toBe((305 - 256) * 32);
  });
});

describe('the tiles of a size', () => {
  it('70,000: 273 full ones and one of 112; one full and one of 17; one of 1', async () => {
    const paths = (await large()).paths();
    const full = (level: number) =>
      paths.filter((path) => path.startsWith(`${level}/`) && !path.includes('.p'));
    expect([full(0).length, full(1).length, full(2).length]).toEqual([273, 1, 0]);
    expect(paths.filter((path) => path.includes('.p'))).toEqual([
      '0/273.p/112',
      '1/001.p/17',
      '2/000.p/1',
    ]);
    expect(paths).toHaveLength(277);
  });

  it('256: a full one and one of 1', async () => {
    expect((await grown(256)).store.paths()).toEqual(['0/000', '1/000.p/1']);
  });

  it('0: none', async () => {
    expect((await grown(0)).store.paths()).toEqual([]);
  });
});

describe('proofs', () => {
  it('are those of the definition, for every leaf and every earlier size up to 40', async () => {
    const { store } = await grown(40);
    for (let size = 1; size <= 40; size += 1) {
      for (let index = 0; index < size; index += 1) {
        expect(await inclusionProof(index, size, store.read)).toEqual(
          naiveInclusion(index, first(size)),
        );
        const from = index + 1;
        expect(await consistencyProof(from, size, store.read)).toEqual(
          naiveConsistency(from, first(size)),
        );
      }
    }
  });

  it.each([255, 256, 257, 300, 513, 65_535, 65_536, 65_537, LARGEST])(
    'are those of the definition at size %i, and verify',
    async (size) => {
      const { read } = await large();
      const root = await rootAt(size, read);
      const indexes = size < 1000 ? [0, 1, 127, 128, 254, size - 2, size - 1] : [256, size - 2];
      for (const index of indexes) {
        const [leaf = root, other = root] = [leaves[index], leaves[index === 0 ? 1 : 0]];
        const proof = await inclusionProof(index, size, read);
        expect(proof).toEqual(naiveInclusion(index, first(size)));
        expect(verifyInclusion(index, size, leaf, proof, root)).toBe(true);
        expect(verifyInclusion(index, size, other, proof, root)).toBe(false);
        const from = index + 1;
        const steps = await consistencyProof(from, size, read);
        expect(steps).toEqual(naiveConsistency(from, first(size)));
        const old = naiveRoot(first(from));
        expect(verifyConsistency(from, size, steps, old, root)).toBe(true);
        expect(verifyConsistency(from, size, steps, other, root)).toBe(false);
      }
    },
  );

  it('verify at random indexes and sizes', async () => {
    const store = await large();
    const sizes = fc.tuple(fc.integer({ min: 1, max: 5000 }), fc.nat(), fc.nat());
    await fc.assert(
      fc.asyncProperty(sizes, async ([size, a, b]) => {
        const [index, from] = [a % size, (b % size) + 1];
        const root = await rootAt(size, store.read);
        const proof = await inclusionProof(index, size, store.read);
        expect(verifyInclusion(index, size, leaves[index] ?? root, proof, root)).toBe(true);
        const steps = await consistencyProof(from, size, store.read);
        expect(verifyConsistency(from, size, steps, await rootAt(from, store.read), root)).toBe(
          true,
        );
      }),
      { numRuns: 300 },
    );
  });

  it('read all tiles in one call', async () => {
    const store = await large();
    store.reads.length = 0;
    await inclusionProof(1000, LARGEST, store.read);
    expect(store.reads).toHaveLength(1);
    expect([...(store.reads[0] ?? [])].sort()).toEqual(['0/003', '0/273', '1/000', '1/001']);
  });

  it('do not exist outside the tree', async () => {
    const { store } = await grown(10);
    await expect(inclusionProof(10, 10, store.read)).rejects.toThrow(RangeError);
    await expect(inclusionProof(0, 0, store.read)).rejects.toThrow(RangeError);
    await expect(inclusionProof(-1, 10, store.read)).rejects.toThrow(RangeError);
    await expect(inclusionProof(0.5, 10, store.read)).rejects.toThrow(RangeError);
    await expect(consistencyProof(11, 10, store.read)).rejects.toThrow(RangeError);
    await expect(rootAt(2 ** 53, store.read)).rejects.toThrow(RangeError);
    await expect(rootAt(11, store.read)).rejects.toThrow('Tile 0/000 has 10 hashes');
    expect(await consistencyProof(0, 10, store.read)).toEqual([]);
    expect(await consistencyProof(10, 10, store.read)).toEqual([]);
  });
});

describe('tilePath', () => {
  it.each([
    [0, 0, 256, '0/000'],
    [0, 1234067, 256, '0/x001/x234/067'],
    [1, 17, 8, '1/017.p/8'],
    [63, 1000, 255, '63/x001/000.p/255'],
    ['entries', 999, 1, 'entries/999.p/1'],
    [0, 999_999_999_999_999, 256, '0/x999/x999/x999/x999/999'],
  ] as const)('level %s, index %i, width %i: %s', (level, index, width, path) => {
    expect(tilePath({ level, index }, width)).toBe(path);
    expect(parseTilePath(path)).toEqual({ level, index, width });
  });

  it.each([
    '',
    '0',
    '0/0',
    '0/00',
    '0/0000',
    '0/x000/001',
    '0/x000/x001/000',
    '0/001/000',
    '0/x001',
    '0/x001/',
    '0/x001/000/',
    '/0/000',
    '00/000',
    '01/000',
    '64/000',
    '-1/000',
    '0/000.p',
    '0/000.p/',
    '0/000.p/0',
    '0/000.p/01',
    '0/000.p/256',
    '0/000.p/999',
    '0/000.p/1.p/1',
    '0/000p/1',
    '0/../000',
    '../0/000',
    '0/..',
    '0/%2e%2e/000',
    '0/X001/000',
    '0/٠٠٠',
    'Entries/000',
    'entries',
    '0/000\n',
    ' 0/000',
    '0/x999/x999/x999/x999/x999/999',
  ])('parse refuses %j', (path) => {
    expect(parseTilePath(path)).toBeUndefined();
  });
});
