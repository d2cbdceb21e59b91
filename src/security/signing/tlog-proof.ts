import { strictBase64 } from './base64.js';
import { parseCheckpoint, parseCount } from './checkpoint.js';
import { HASH_BYTES } from './merkle.js';
import { InvalidNote, splitNote } from './note.js';

/** A proof that an entry is in a log (C2SP tlog-proof), stored as `.tlog-proof`. */
export interface TlogProof {
  /** Of the entry in the log, from 0. */
  readonly index: number;
  /** From the sibling of the leaf up, 32 bytes each. */
  readonly proof: readonly Buffer[];
  /** The signed checkpoint, verbatim. */
  readonly checkpoint: string;
  /** Not authenticated. */
  readonly extra?: Buffer;
}

const HEADER = 'c2sp.org/tlog-proof@v1';
/** A tree of 2^63 leaves does not need more. */
const MAX_HASHES = 63;

export function formatProof({ index, proof, checkpoint, extra }: TlogProof): string {
  const lines = [
    HEADER,
    ...(extra === undefined ? [] : [`extra ${extra.toString('base64')}`]),
    `index ${index}`,
    ...proof.map((hash) => hash.toString('base64')),
  ];
  return `${lines.join('\n')}\n\n${checkpoint}`;
}

/**
 * Reads a proof. It verifies neither the checkpoint's signature nor the hashes.
 * @throws {InvalidNote} if it is not one
 */
export function parseProof(text: string): TlogProof {
  const end = text.indexOf('\n\n');
  const [header, ...lines] = text.slice(0, Math.max(end, 0)).split('\n');
  if (header !== HEADER) throw new InvalidNote(`A proof begins with ${HEADER}`);
  const encoded = lines[0]?.startsWith('extra ')
    ? lines.shift()?.slice('extra '.length)
    : undefined;
  const extra = encoded === undefined ? undefined : strictBase64(encoded);
  if (encoded !== undefined && extra === undefined) {
    throw new InvalidNote('The extra data of the proof is not base64');
  }
  const [first = '', ...hashes] = lines;
  const index = first.startsWith('index ') ? parseCount(first.slice('index '.length)) : undefined;
  if (index === undefined) throw new InvalidNote('The proof has no line with the index');
  if (hashes.length > MAX_HASHES)
    throw new InvalidNote(`The proof has more than ${MAX_HASHES} hashes`);
  const proof = hashes.map((line) => {
    const hash = strictBase64(line);
    if (hash?.length !== HASH_BYTES) throw new InvalidNote('A hash of the proof is not 32 bytes');
    return hash;
  });
  const checkpoint = text.slice(end + 2);
  const { size } = parseCheckpoint(splitNote(checkpoint).text);
  if (index >= size)
    throw new InvalidNote(`The proof is of index ${index} in a tree of size ${size}`);
  return { index, proof, checkpoint, ...(extra !== undefined && { extra }) };
}
