import { createHash, createPublicKey, verify } from 'node:crypto';

/**
 * A client of a log, written from the specifications alone: C2SP tlog-tiles, tlog-checkpoint and signed-note, RFC 6962.
 * It sees HTTP only and shares no code with the server. Whatever is not as specified is an error.
 */
export interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly body: Buffer;
}
export type Get = (path: string) => Promise<Answer>;

export interface SignedHead {
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
  readonly note: string;
}

/** Sends requests below this URL, such as `http://127.0.0.1:3000/log`. */
export function getFrom(prefix: string): Get {
  return async (path) => {
    const response = await fetch(`${prefix}/${path}`);
    const body = Buffer.from(await response.arrayBuffer());
    return { status: response.status, type: response.headers.get('content-type'), body };
  };
}

const sha256 = (...parts: (Uint8Array | string)[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const hashLeaf = (entry: Uint8Array) => sha256(Buffer.from([0]), entry);
const hashChildren = (left: Buffer, right: Buffer) => sha256(Buffer.from([1]), left, right);
/** The largest power of two smaller than n. */
const split = (n: number) => 2 ** (Math.ceil(Math.log2(n)) - 1);

function need(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** Verifies a checkpoint with the key of its log. */
export function openHead(note: string, vkey: string): SignedHead {
  const [name = '', id = '', ...rest] = vkey.split('+');
  const bytes = Buffer.from(rest.join('+'), 'base64');
  const [type, raw] = [bytes[0], bytes.subarray(1)];
  need(type === 1 && raw.length === 32, 'the vkey is not one of Ed25519');
  const keyId = sha256(`${name}\n`, Buffer.from([1]), raw).subarray(0, 4);
  need(keyId.toString('hex') === id, 'the id of the vkey is not that of its key');
  const at = note.lastIndexOf('\n\n');
  const text = note.slice(0, at + 1);
  const lines = note.slice(at + 2).split('\n');
  need(lines.pop() === '', 'the note does not end with a newline');
  const own = lines.find((line) => line.startsWith(`\u2014 ${name} `));
  need(own !== undefined, `no line of ${name}`);
  const signature = Buffer.from(own.slice(`\u2014 ${name} `.length), 'base64');
  need(signature.subarray(0, 4).equals(keyId), 'the signature has another key id');
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') };
  const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
  need(verify(null, Buffer.from(text), publicKey, signature.subarray(4)), 'the signature is wrong');
  const [origin = '', size = '', root = '', ...more] = text.split('\n');
  need(origin === name && /^(0|[1-9]\d*)$/.test(size) && more.join() === '', 'not a checkpoint');
  return { origin, size: Number(size), root: Buffer.from(root, 'base64'), note };
}

function pathOf(level: number | 'entries', index: number, width: number): string {
  const groups = [String(index % 1000).padStart(3, '0')];
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    groups.unshift(`x${String(rest % 1000).padStart(3, '0')}`);
  }
  return `tile/${level}/${groups.join('/')}${width === 256 ? '' : `.p/${width}`}`;
}

/** The root that an audit path leads to (RFC 6962, section 2.1.1), from the outside in. */
function rootFromPath(index: number, size: number, leaf: Buffer, path: readonly Buffer[]): Buffer {
  if (size === 1) {
    need(path.length === 0, 'the path is too long');
    return leaf;
  }
  const [k, sibling] = [split(size), path.at(-1)];
  need(sibling !== undefined, 'the path is too short');
  const inner = path.slice(0, -1);
  return index < k
    ? hashChildren(rootFromPath(index, k, leaf, inner), sibling)
    : hashChildren(sibling, rootFromPath(index - k, size - k, leaf, inner));
}

/** Both roots that a consistency proof leads to (RFC 6962, section 2.1.2). @param known the root of the smaller tree */
function rootsFromProof(
  from: number,
  to: number,
  proof: readonly Buffer[],
  known: Buffer | undefined,
): [old: Buffer, grown: Buffer] {
  const last = proof.at(-1);
  if (from === to) {
    const hash = known ?? last;
    need(hash !== undefined && proof.length === (known ? 0 : 1), 'the proof has another length');
    return [hash, hash];
  }
  need(last !== undefined, 'the proof is too short');
  const [k, inner] = [split(to), proof.slice(0, -1)];
  if (from <= k) {
    const [old, grown] = rootsFromProof(from, k, inner, known);
    return [old, hashChildren(grown, last)];
  }
  const [old, grown] = rootsFromProof(from - k, to - k, inner, undefined);
  return [hashChildren(last, old), hashChildren(last, grown)];
}

export function verifyInclusionPath(
  index: number,
  head: SignedHead,
  leaf: Buffer,
  path: readonly Buffer[],
): void {
  need(index < head.size, 'the index is outside the tree');
  need(rootFromPath(index, head.size, leaf, path).equals(head.root), 'the leaf is not in the tree');
}

export function verifyConsistencyProof(
  from: SignedHead,
  to: SignedHead,
  proof: readonly Buffer[],
): void {
  need(from.origin === to.origin, 'the checkpoints are of two logs');
  if (from.size === 0) {
    need(from.root.equals(sha256()) && proof.length === 0, 'the empty tree has another root');
    return;
  }
  const [old, grown] = rootsFromProof(from.size, to.size, proof, from.root);
  need(old.equals(from.root), 'the tree does not contain the older one');
  need(grown.equals(to.root), 'the tree has another root');
}

export function tileClient(get: Get, vkey: string) {
  const tiles = new Map<string, Promise<Buffer>>();

  async function read(path: string, type: string): Promise<Buffer> {
    const answer = await get(path);
    need(answer.status === 200, `${path}: ${answer.status}`);
    need(answer.type === type, `${path}: ${answer.type}`);
    return answer.body;
  }

  /** A tile as a tree of this size has it. */
  function tile(level: number, index: number, size: number): Promise<Buffer> {
    const hashes = Math.floor(size / 256 ** level);
    const width = Math.min(hashes - index * 256, 256);
    need(width > 0, `a tree of size ${size} does not have tile ${level}/${index}`);
    const path = pathOf(level, index, width);
    const known = tiles.get(path);
    if (known !== undefined) return known;
    const reading = read(path, 'application/octet-stream').then((body) => {
      need(body.length === width * 32, `${path}: ${body.length} bytes`);
      return body;
    });
    tiles.set(path, reading);
    return reading;
  }

  /** The hash of leaves `start` to `end` of a tree of this size. */
  async function hashOf(start: number, end: number, size: number): Promise<Buffer> {
    const count = end - start;
    const level = Math.log2(count) / 8;
    if (Number.isInteger(level)) {
      const at = start / count;
      const hashes = await tile(level, Math.floor(at / 256), size);
      return hashes.subarray((at % 256) * 32, (at % 256) * 32 + 32);
    }
    const middle = start + split(count);
    return hashChildren(await hashOf(start, middle, size), await hashOf(middle, end, size));
  }

  async function auditPath(
    index: number,
    start: number,
    end: number,
    size: number,
  ): Promise<Buffer[]> {
    if (end - start === 1) return [];
    const middle = start + split(end - start);
    return index < middle
      ? [...(await auditPath(index, start, middle, size)), await hashOf(middle, end, size)]
      : [...(await auditPath(index, middle, end, size)), await hashOf(start, middle, size)];
  }

  async function subproof(
    from: number,
    start: number,
    end: number,
    size: number,
  ): Promise<Buffer[]> {
    if (from === end) return start === 0 ? [] : [await hashOf(start, end, size)];
    const middle = start + split(end - start);
    return from <= middle
      ? [...(await subproof(from, start, middle, size)), await hashOf(middle, end, size)]
      : [...(await subproof(from, middle, end, size)), await hashOf(start, middle, size)];
  }

  const client = {
    async checkpoint(): Promise<SignedHead> {
      const body = await read('checkpoint', 'text/plain; charset=utf-8');
      return openHead(body.toString(), vkey);
    },

    /** All entries, whose hashes are the leaves of the tree. */
    async entries(head: SignedHead): Promise<Buffer[]> {
      const entries: Buffer[] = [];
      while (entries.length < head.size) {
        const width = Math.min(head.size - entries.length, 256);
        const index = entries.length / 256;
        const bundle = await read(pathOf('entries', index, width), 'application/octet-stream');
        const leaves = await tile(0, index, head.size);
        let at = 0;
        for (let i = 0; i < width; i += 1) {
          const length = bundle.readUInt16BE(at);
          const entry = bundle.subarray(at + 2, at + 2 + length);
          need(entry.length === length, `bundle ${index} is cut`);
          const leaf = leaves.subarray(i * 32, i * 32 + 32);
          need(hashLeaf(entry).equals(leaf), `entry ${entries.length} is not its leaf`);
          entries.push(entry);
          at += 2 + length;
        }
        need(at === bundle.length, `bundle ${index} has more bytes`);
      }
      return entries;
    },

    /** Reads every tile: each hash must be that of the tile below, and the root that of the checkpoint. */
    async verifyTree(head: SignedHead): Promise<void> {
      for (let level = 0; 256 ** level <= head.size; level += 1) {
        const hashes = Math.floor(head.size / 256 ** level);
        for (let index = 0; index * 256 < hashes; index += 1) {
          const content = await tile(level, index, head.size);
          if (level === 0) continue;
          for (let i = 0; i < content.length / 32; i += 1) {
            const below = await tile(level - 1, index * 256 + i, head.size);
            const hash = content.subarray(i * 32, i * 32 + 32);
            need(
              rootOfTile(below).equals(hash),
              `tile ${level}/${index} is not the tiles below it`,
            );
          }
        }
      }
      const root = head.size === 0 ? sha256() : await hashOf(0, head.size, head.size);
      need(root.equals(head.root), 'the tiles have another root than the checkpoint');
    },

    /** Proves from tiles that the entry has this index in the tree. */
    async proveInclusion(index: number, entry: Uint8Array, head: SignedHead): Promise<Buffer[]> {
      const path = await auditPath(index, 0, head.size, head.size);
      verifyInclusionPath(index, head, hashLeaf(entry), path);
      return path;
    },

    /** Proves from tiles that the tree of `from` is the beginning of that of `to`. */
    async proveConsistency(from: SignedHead, to: SignedHead): Promise<Buffer[]> {
      need(from.size <= to.size, 'the log has become smaller');
      const proof = from.size === 0 ? [] : await subproof(from.size, 0, to.size, to.size);
      verifyConsistencyProof(from, to, proof);
      return proof;
    },
  };
  return client;
}

function rootOfTile(hashes: Buffer): Buffer {
  if (hashes.length === 32) return hashes;
  const middle = split(hashes.length / 32) * 32;
  return hashChildren(rootOfTile(hashes.subarray(0, middle)), rootOfTile(hashes.subarray(middle)));
}
