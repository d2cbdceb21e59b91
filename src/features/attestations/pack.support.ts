import {
  createHash,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign as signBytes,
} from 'node:crypto';
import { canonicalJson } from '../../shared/canonical-json.js';
import { type TarFile, tarOf } from './tar.js';

/** Makes audit packs without the platform: its trees and signatures are computed here, in the simplest way. */

export const sha256 = (...parts: (string | Uint8Array)[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
export const digestOf = (value: object) => sha256(canonicalJson(value)).toString('hex');

const nodeOf = (left: Buffer, right: Buffer) => sha256(Buffer.of(1), left, right);
const halfOf = (size: number) => 2 ** Math.ceil(Math.log2(size) - 1);

/** RFC 6962, section 2.1. */
export function rootOf(leaves: readonly Buffer[]): Buffer {
  const [only] = leaves;
  if (!only) return sha256('');
  if (leaves.length === 1) return only;
  const half = halfOf(leaves.length);
  return nodeOf(rootOf(leaves.slice(0, half)), rootOf(leaves.slice(half)));
}

/** RFC 6962, section 2.1.1. */
function pathOf(index: number, leaves: readonly Buffer[]): Buffer[] {
  if (leaves.length <= 1) return [];
  const half = halfOf(leaves.length);
  const [left, right] = [leaves.slice(0, half), leaves.slice(half)];
  return index < half
    ? [...pathOf(index, left), rootOf(right)]
    : [...pathOf(index - half, right), rootOf(left)];
}

/** RFC 6962, section 2.1.2. */
export function consistencyOf(from: number, leaves: readonly Buffer[], whole = true): Buffer[] {
  if (from === leaves.length) return whole ? [] : [rootOf(leaves)];
  const half = halfOf(leaves.length);
  const [left, right] = [leaves.slice(0, half), leaves.slice(half)];
  return from <= half
    ? [...consistencyOf(from, left, whole), rootOf(right)]
    : [...consistencyOf(from - half, right, false), rootOf(left)];
}

/** A log with its key. */
export class TestLog {
  readonly #key: KeyObject;
  readonly vkey: string;
  readonly #keyId: Buffer;
  readonly leaves: Buffer[] = [];

  constructor(readonly origin: string) {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    this.#key = privateKey;
    const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
    const typed = Buffer.concat([Buffer.of(1), raw]);
    this.#keyId = sha256(`${origin}\n`, typed).subarray(0, 4);
    this.vkey = `${origin}+${this.#keyId.toString('hex')}+${typed.toString('base64')}`;
  }

  checkpoint(size = this.leaves.length): string {
    const root = rootOf(this.leaves.slice(0, size)).toString('base64');
    const text = `${this.origin}\n${size}\n${root}\n`;
    const blob = Buffer.concat([this.#keyId, signBytes(null, Buffer.from(text), this.#key)]);
    return `${text}\n— ${this.origin} ${blob.toString('base64')}\n`;
  }

  proof(index: number): string[] {
    return pathOf(index, this.leaves).map((hash) => hash.toString('base64'));
  }
}

interface Statement {
  readonly type: string;
  readonly subject: { readonly kind: string; readonly id: string };
  readonly release: string | null;
  readonly data: object;
}

interface Line {
  readonly log: number;
  readonly index: number;
  readonly event: string;
  readonly sequence: number | null;
  readonly salt: string | null;
  readonly statement: string | null;
  readonly leaf: string;
}

/** Appends statements to a log, those of a release with their sequence, and returns the lines of the pack. */
export function append(log: TestLog, statements: readonly Statement[]): Line[] {
  let sequence = 0;
  let previous: string | null = null;
  return statements.map((statement, place) => {
    const ofRelease = statement.release !== null;
    if (ofRelease) sequence += 1;
    const event = `event-${place}`;
    const text = canonicalJson({
      ...statement,
      id: event,
      sequence: ofRelease ? sequence : null,
      previous: ofRelease ? previous : null,
    });
    const salt = randomBytes(32);
    const leaf = sha256(Buffer.of(0), sha256(salt, text));
    log.leaves.push(leaf);
    if (ofRelease) previous = leaf.toString('hex');
    return {
      log: 1,
      index: log.leaves.length - 1,
      event,
      sequence: ofRelease ? sequence : null,
      salt: salt.toString('hex'),
      statement: text,
      leaf: leaf.toString('hex'),
    };
  });
}

/** Files of a pack by path. A test changes some, and packs them. */
export type Files = Map<string, string>;

/** Packs the files in their order, with a manifest of what they are. */
export async function pack(files: Files): Promise<Buffer> {
  const fileOf = (path: string, text: string): TarFile => {
    const content = Buffer.from(text);
    return { path, size: content.length, content };
  };
  async function* all() {
    for (const [path, text] of files) yield fileOf(path, text);
  }
  const pieces: Uint8Array[] = [];
  const manifest = (packed: readonly object[]) =>
    fileOf('manifest.json', JSON.stringify({ files: packed }));
  for await (const piece of tarOf(all(), manifest)) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** An envelope (DSSE) with a signature of a new P-256 key. */
export function envelopeOf(statement: object) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const payload = Buffer.from(JSON.stringify(statement));
  const payloadType = 'application/vnd.in-toto+json';
  const start = `DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `;
  const sig = signBytes('sha256', Buffer.concat([Buffer.from(start), payload]), privateKey);
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }),
    envelope: {
      payload: payload.toString('base64'),
      payloadType,
      signatures: [{ keyid: 'test', sig: sig.toString('base64') }],
    },
  };
}
