import { describe, expect, it } from 'vitest';
import { EMPTY_ROOT, leafHash, nodeHash, verifyConsistency, verifyInclusion } from './merkle.js';
import { naiveConsistency, naiveInclusion, naiveRoot } from './tree.support.js';

const hex = (text: string) => Buffer.from(text, 'hex');

/** The test data of Certificate Transparency (RFC 6962), as its reference implementations publish it. */
const ENTRIES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map(hex);
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
].map(hex);
const L1 = '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7';
const N23 = '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e';
const N47 = '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4';
const L4 = 'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b';
const N67 = 'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0';
const N45 = '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a';
const L6 = 'b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f';
const [L0, N01, , N03] = ROOTS.map((root) => root.toString('hex'));
/** Leaf index, tree size, proof. */
const INCLUSIONS: [number, number, (string | undefined)[]][] = [
  [0, 1, []],
  [0, 8, [L1, N23, N47]],
  [5, 8, [L4, N67, N03]],
  [2, 3, [N01]],
  [1, 5, [L0, N23, L4]],
];
const CONSISTENCIES: [number, number, (string | undefined)[]][] = [
  [1, 1, []],
  [1, 8, [L1, N23, N47]],
  [6, 8, [N45, N67, N03]],
  [2, 5, [N23, L4]],
  [6, 7, [N45, L6, N03]],
];
const leaves = ENTRIES.map(leafHash);
const rootOf = (size: number) => ROOTS[size - 1] ?? EMPTY_ROOT;
const proofOf = (hashes: readonly (string | undefined)[]) => hashes.map((hash = '') => hex(hash));
const leafOf = (index: number) => leaves[index] ?? EMPTY_ROOT;

describe('the hashes of RFC 6962', () => {
  it('are those of the published vectors', () => {
    expect(EMPTY_ROOT.toString('hex')).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
    expect(leafHash(hex('101112131415161718191a1b1c1d1e1f')).toString('hex')).toBe(
      '3bfb960453ebaebf33727da7a1f4db38acc051d381b6da20d6d4e88f0eabfd7a',
    );
    const bytes = Buffer.from(Array.from({ length: 64 }, (_, i) => i));
    expect(nodeHash(bytes.subarray(0, 32), bytes.subarray(32)).toString('hex')).toBe(
      '1a378704c17da31e2d05b6d121c2bb2c7d76f6ee6fa8f983e596c2d034963c57',
    );
  });

  it('give the published roots, and the naive tree of the tests gives the published proofs', () => {
    for (const [i, root] of ROOTS.entries())
      expect(naiveRoot(leaves.slice(0, i + 1))).toEqual(root);
    for (const [index, size, proof] of INCLUSIONS) {
      expect(naiveInclusion(index, leaves.slice(0, size))).toEqual(proofOf(proof));
    }
    for (const [from, to, proof] of CONSISTENCIES) {
      expect(naiveConsistency(from, leaves.slice(0, to))).toEqual(proofOf(proof));
    }
  });
});

describe('verifyInclusion', () => {
  it.each(INCLUSIONS)('accepts the published proof of leaf %i in %i', (index, size, hashes) => {
    const proof = proofOf(hashes);
    expect(verifyInclusion(index, size, leafOf(index), proof, rootOf(size))).toBe(true);
  });

  it.each(INCLUSIONS)('refuses changes of the proof of leaf %i in %i', (index, size, hashes) => {
    const [proof, leaf, root] = [proofOf(hashes), leafOf(index), rootOf(size)];
    const zero = Buffer.alloc(32);
    const wrong: Parameters<typeof verifyInclusion>[] = [
      [index - 1, size, leaf, proof, root],
      [index + 1, size, leaf, proof, root],
      [index ^ 2, size, leaf, proof, root],
      [index + 0.5, size, leaf, proof, root],
      [index + 2 ** 32, size, leaf, proof, root],
      [index, size * 2, leaf, proof, root],
      [index, Math.floor(size / 2), leaf, proof, root],
      [index, size, zero, proof, root],
      [index, size, leaf, proof, EMPTY_ROOT],
      [index, size, leaf, [...proof, zero], root],
      [index, size, leaf, [...proof, root], root],
      [index, size, leaf, [zero, ...proof], root],
      [index, size, leaf, [Buffer.alloc(0), ...proof], root],
      [index, size, leaf, [...proof, Buffer.alloc(0)], root],
    ];
    if (proof.length > 0) wrong.push([index, size, leaf, proof.slice(1), root]);
    for (const [i] of proof.entries()) wrong.push([index, size, leaf, proof.with(i, zero), root]);
    expect(wrong.filter((call) => verifyInclusion(...call))).toEqual([]);
  });

  it('refuses what is outside the tree', () => {
    for (const [index, size] of [
      [0, 0],
      [1, 0],
      [1, 1],
      [2, 1],
      [-1, 1],
      [Number.NaN, 1],
    ] as const) {
      expect(verifyInclusion(index, size, leafOf(0), [], leafOf(0))).toBe(false);
    }
  });
});

describe('verifyConsistency', () => {
  it.each(CONSISTENCIES)('accepts the published proof from %i to %i', (from, to, hashes) => {
    expect(verifyConsistency(from, to, proofOf(hashes), rootOf(from), rootOf(to))).toBe(true);
  });

  it.each(CONSISTENCIES.slice(1))(
    'refuses changes of the proof from %i to %i',
    (from, to, hashes) => {
      const [proof, old, root] = [proofOf(hashes), rootOf(from), rootOf(to)];
      const zero = Buffer.alloc(32);
      const wrong: Parameters<typeof verifyConsistency>[] = [
        [from - 1, to, proof, old, root],
        [from + 1, to, proof, old, root],
        [from, to * 2, proof, old, root],
        [from, Math.floor(to / 2), proof, old, root],
        [from, to, proof, zero, root],
        [from, to, proof, old, zero],
        [from, to, proof, root, old],
        [from, to, [], old, root],
        [from, to, [...proof, zero], old, root],
        [from, to, [...proof, old], old, root],
        [from, to, [zero, ...proof], old, root],
        [from, to, [old, ...proof], old, root],
        [from, to, proof.slice(0, -1), old, root],
        [from, to, [...proof.slice(0, 1), ...proof], old, root],
      ];
      for (const [i] of proof.entries()) wrong.push([from, to, proof.with(i, zero), old, root]);
      expect(wrong.filter((call) => verifyConsistency(...call))).toEqual([]);
    },
  );

  it('needs no hashes for equal sizes and from the empty tree, whose root must be that of nothing', () => {
    const root = rootOf(8);
    expect(verifyConsistency(8, 8, [], root, root)).toBe(true);
    expect(verifyConsistency(8, 8, [], root, rootOf(7))).toBe(false);
    expect(verifyConsistency(8, 8, [root], root, root)).toBe(false);
    expect(verifyConsistency(0, 8, [], EMPTY_ROOT, root)).toBe(true);
    expect(verifyConsistency(0, 8, [], root, root)).toBe(false);
    expect(verifyConsistency(0, 8, [root], EMPTY_ROOT, root)).toBe(false);
    expect(verifyConsistency(0, 0, [], EMPTY_ROOT, EMPTY_ROOT)).toBe(true);
    expect(verifyConsistency(9, 8, [], root, root)).toBe(false);
  });
});
