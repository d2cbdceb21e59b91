import { sha256 } from './sha256.js';

/** The Merkle tree of RFC 6962, section 2.1, with SHA-256. Sizes and indexes are safe integers. */
export const HASH_BYTES = 32;

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** The root of the empty tree: SHA-256 of nothing. */
export const EMPTY_ROOT: Buffer = sha256();

/** The hash of an entry as a leaf: SHA-256(0x00 || entry). */
export const leafHash = (entry: Uint8Array): Buffer => sha256(LEAF, entry);

/** The hash of two subtrees: SHA-256(0x01 || left || right). */
export const nodeHash = (left: Uint8Array, right: Uint8Array): Buffer => sha256(NODE, left, right);

export const isHash = (value: Uint8Array) => value.length === HASH_BYTES;
/** True for a tree size or a leaf index. */
export const isCount = (value: number) => Number.isSafeInteger(value) && value >= 0;

const isOdd = (value: number) => value % 2 === 1;
/** Bit operators of JavaScript stop at 32 bits. */
const half = (value: number) => Math.floor(value / 2);

/**
 * Walks from a leaf to the root as RFC 9162, sections 2.1.3.2 and 2.1.4.2 do.
 * @param both is called where the tree of the first size has a node, `one` where only the tree of the second size has
 * @returns false if the number of hashes is not that of a path
 */
function walk(
  from: number,
  last: number,
  proof: readonly Buffer[],
  both: (left: Buffer) => void,
  one: (right: Buffer) => void,
): boolean {
  let [first, second] = [from, last];
  for (const hash of proof) {
    if (second === 0) return false;
    if (isOdd(first) || first === second) {
      both(hash);
      while (!isOdd(first) && first !== 0) [first, second] = [half(first), half(second)];
    } else {
      one(hash);
    }
    [first, second] = [half(first), half(second)];
  }
  return second === 0;
}

/** True if the proof shows that the tree of this size and root has the leaf at the index. */
export function verifyInclusion(
  index: number,
  size: number,
  leaf: Buffer,
  proof: readonly Buffer[],
  root: Buffer,
): boolean {
  if (!isCount(index) || !isCount(size) || index >= size) return false;
  if (![leaf, root, ...proof].every(isHash)) return false;
  let hash = leaf;
  const whole = walk(
    index,
    size - 1,
    proof,
    (left) => {
      hash = nodeHash(left, hash);
    },
    (right) => {
      hash = nodeHash(hash, right);
    },
  );
  return whole && hash.equals(root);
}

/** True if the proof shows that the tree of size `from` is the beginning of the tree of size `to`. */
export function verifyConsistency(
  from: number,
  to: number,
  proof: readonly Buffer[],
  fromRoot: Buffer,
  toRoot: Buffer,
): boolean {
  if (!isCount(from) || !isCount(to) || from > to) return false;
  if (![fromRoot, toRoot, ...proof].every(isHash)) return false;
  if (from === to) return proof.length === 0 && fromRoot.equals(toRoot);
  if (from === 0) return proof.length === 0 && fromRoot.equals(EMPTY_ROOT);
  let [first, last] = [from - 1, to - 1];
  while (isOdd(first)) [first, last] = [half(first), half(last)];
  // The tree of a size that is a power of two is a node of the larger tree, so the proof does not repeat its root.
  const [start, ...rest] = first === 0 ? [fromRoot, ...proof] : proof;
  if (start === undefined) return false;
  let [old, grown] = [start, start];
  const whole = walk(
    first,
    last,
    rest,
    (left) => {
      [old, grown] = [nodeHash(left, old), nodeHash(left, grown)];
    },
    (right) => {
      grown = nodeHash(grown, right);
    },
  );
  return whole && old.equals(fromRoot) && grown.equals(toRoot);
}
