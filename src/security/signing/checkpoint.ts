import { strictBase64 } from './base64.js';
import { HASH_BYTES, isCount } from './merkle.js';
import { InvalidNote, type NoteVerifier, openNote } from './note.js';

/** The head of a log (C2SP tlog-checkpoint v1.0.0). */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  /** 32 bytes. */
  readonly root: Buffer;
}

const COUNT = /^(?:0|[1-9][0-9]*)$/;

/** Reads a size or an index in decimal digits. @returns undefined for leading zeros, and above 2^53 - 1 */
export function parseCount(text: string): number | undefined {
  const count = COUNT.test(text) ? Number(text) : undefined;
  return count !== undefined && isCount(count) ? count : undefined;
}

/** The text that the log signs: three lines. @throws {InvalidNote} if it would not be a checkpoint */
export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  const text = `${origin}\n${size}\n${root.toString('base64')}\n`;
  parseCheckpoint(text);
  return text;
}

/** Reads the text of a checkpoint. Lines after the third are not read. @throws {InvalidNote} if it is not one */
export function parseCheckpoint(text: string): Checkpoint {
  const lines = text.split('\n');
  const [origin = '', count = '', hash = ''] = lines;
  const [size, root] = [parseCount(count), strictBase64(hash)];
  if (lines.pop() !== '' || lines.length < 3 || lines.includes('')) {
    throw new InvalidNote('A checkpoint is three or more lines, none of them empty');
  }
  if (size === undefined) throw new InvalidNote('The second line of a checkpoint is the tree size');
  if (root?.length !== HASH_BYTES) {
    throw new InvalidNote('The third line of a checkpoint is the base64 of a root of 32 bytes');
  }
  return { origin, size, root };
}

/** Verifies a signed checkpoint of the log with this key. @throws {InvalidNote} if it is not one of this log */
export function openCheckpoint(note: string, verifier: NoteVerifier): Checkpoint {
  const checkpoint = parseCheckpoint(openNote(note, [verifier]).text);
  if (checkpoint.origin !== verifier.name) {
    throw new InvalidNote(`The checkpoint is one of ${checkpoint.origin}, not of ${verifier.name}`);
  }
  return checkpoint;
}
