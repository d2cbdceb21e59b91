import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { strictBase64 } from './base64.js';

/** Signed notes and verifier keys (C2SP signed-note v1.0.0), with Ed25519 only. */
const ED25519 = 0x01;
const KEY_BYTES = 32;
const DASH = '\u2014';
const ID_BYTES = 4;
/** The specification asks verifiers for a limit of 16 or more. */
const MAX_SIGNATURES = 64;
const MAX_LENGTH = 1024 * 1024;
/** What is below U+0020, except the newline. */
const CONTROL = /[^\n -\u{10ffff}]/u;

/** A note or a verifier key that must not be trusted. */
export class InvalidNote extends Error {
  override name = 'InvalidNote';
}

export interface NoteSigner {
  readonly name: string;
  /** 4 bytes. */
  readonly keyId: Buffer;
  readonly sign: (text: Buffer) => Buffer;
}

export interface NoteVerifier {
  readonly name: string;
  /** 4 bytes. */
  readonly keyId: Buffer;
  readonly publicKey: KeyObject;
}

/** True for a name that can stand in a note: not empty, without spaces, control characters and `+`. */
export const isKeyName = (name: string) =>
  name.isWellFormed() && !/[\p{White_Space}\p{Cc}+]/u.test(name) && name !== '';

/** The id of an Ed25519 key: 4 bytes. @param publicKey its 32 bytes (RFC 8032) */
export const keyIdOf = (name: string, publicKey: Uint8Array): Buffer =>
  createHash('sha256')
    .update(`${name}\n`)
    .update(Buffer.from([ED25519]))
    .update(publicKey)
    .digest()
    .subarray(0, ID_BYTES);

/** The public key of a private one, or the public key itself. */
export const publicKeyOf = (key: KeyObject) =>
  key.type === 'private' ? createPublicKey(key) : key;

/** The 32 bytes of an Ed25519 key, public or private. */
export function rawPublicKey(key: KeyObject): Buffer {
  const { x = '' } = publicKeyOf(key).export({ format: 'jwk' });
  return Buffer.from(x, 'base64url');
}

/** `<name>+<key id in hexadecimal>+<base64 of 0x01 and the key>`. @throws {InvalidNote} if the name cannot be one */
export function formatVkey(name: string, publicKey: Uint8Array): string {
  if (!isKeyName(name)) throw new InvalidNote(`${JSON.stringify(name)} is not the name of a key`);
  const key = Buffer.concat([Buffer.from([ED25519]), publicKey]).toString('base64');
  return `${name}+${keyIdOf(name, publicKey).toString('hex')}+${key}`;
}

/** Reads a verifier key. @throws {InvalidNote} if it is not one of Ed25519, or its parts do not agree */
export function parseVkey(text: string): NoteVerifier {
  const [, name = '', id = '', key = ''] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text) ?? [];
  const bytes = strictBase64(key);
  if (!isKeyName(name) || bytes?.length !== KEY_BYTES + 1 || bytes[0] !== ED25519) {
    throw new InvalidNote('The verifier key is not <name>+<key id>+<key> with an Ed25519 key');
  }
  const raw = bytes.subarray(1);
  const keyId = keyIdOf(name, raw);
  if (keyId.toString('hex') !== id) {
    throw new InvalidNote(`The verifier key of ${name} has the id ${id}, and its key has another`);
  }
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') };
  return { name, keyId, publicKey: createPublicKey({ key: jwk, format: 'jwk' }) };
}

/** Signs a text that ends with a newline. @throws {InvalidNote} if the text cannot be that of a note */
export function signNote(text: string, ...signers: readonly NoteSigner[]): string {
  if (!text.endsWith('\n') || !text.isWellFormed() || CONTROL.test(text)) {
    throw new InvalidNote(
      'The text of a note is Unicode that ends with a newline, without control characters',
    );
  }
  const lines = signers.map(({ name, keyId, sign }) => {
    const signature = Buffer.concat([keyId, sign(Buffer.from(text))]).toString('base64');
    return `${DASH} ${name} ${signature}\n`;
  });
  return `${text}\n${lines.join('')}`;
}

interface Signature {
  readonly name: string;
  readonly keyId: Buffer;
  readonly signature: Buffer;
}

/** Splits a note. Nothing in it is verified. @throws {InvalidNote} if it has another form */
export function splitNote(note: string): { text: string; signatures: readonly Signature[] } {
  if (note.length > MAX_LENGTH) throw new InvalidNote('The note has more than 1 MiB');
  if (!note.isWellFormed() || CONTROL.test(note)) {
    throw new InvalidNote('The note is not Unicode text without control characters');
  }
  const end = note.lastIndexOf('\n\n');
  const lines = note.slice(end + 2).split('\n');
  if (end < 0 || lines.pop() !== '' || lines.length === 0) {
    throw new InvalidNote('The note is not a text, an empty line and lines of signatures');
  }
  if (lines.length > MAX_SIGNATURES) {
    throw new InvalidNote(`The note has more than ${MAX_SIGNATURES} signatures`);
  }
  return { text: note.slice(0, end + 1), signatures: lines.map(parseSignature) };
}

function parseSignature(line: string): Signature {
  const [dash, name = '', base64 = '', ...more] = line.split(' ');
  const bytes = strictBase64(base64);
  const valid = dash === DASH && isKeyName(name) && more.length === 0;
  if (!valid || bytes === undefined || bytes.length <= ID_BYTES) {
    throw new InvalidNote(
      'A line of signatures is not an em dash, a name and base64 with its padding',
    );
  }
  return { name, keyId: bytes.subarray(0, ID_BYTES), signature: bytes.subarray(ID_BYTES) };
}

/**
 * Verifies a note. Signatures of other keys are ignored; a wrong signature of a known key is not.
 * @returns the text with its last newline, and the keys whose signatures were verified
 * @throws {InvalidNote} unless a known key signed it
 */
export function openNote(
  note: string,
  verifiers: readonly NoteVerifier[],
): { text: string; signedBy: readonly NoteVerifier[] } {
  const { text, signatures } = splitNote(note);
  const bytes = Buffer.from(text);
  const signedBy = new Set<NoteVerifier>();
  for (const { name, keyId, signature } of signatures) {
    const known = verifiers.find((one) => one.name === name && one.keyId.equals(keyId));
    if (known === undefined) continue;
    if (!verify(null, bytes, known.publicKey, signature)) {
      throw new InvalidNote(`The signature of ${name} is wrong: the text was changed`);
    }
    signedBy.add(known);
  }
  if (signedBy.size === 0) throw new InvalidNote('The note is not signed by a known key');
  return { text, signedBy: [...signedBy] };
}
