import { generateKeyPairSync, sign } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatCheckpoint } from '../src/security/signing/checkpoint.js';
import { leafHash } from '../src/security/signing/merkle.js';
import { formatVkey, keyIdOf, rawPublicKey, signNote } from '../src/security/signing/note.js';
import {
  consistencyProof,
  growTree,
  inclusionProof,
  type TileId,
  tilePath,
} from '../src/security/signing/tiles.js';
import { getFrom, openHead, tileClient } from './support/tile-client.js';

/** A log as static files on 127.0.0.1: exactly the files that a tree of its size must have. */
const ORIGIN = 'srp.invalid/tile-client';
const LARGEST = 70_000;
const { privateKey } = generateKeyPairSync('ed25519');
const raw = rawPublicKey(privateKey);
const vkey = formatVkey(ORIGIN, raw);
const signer = {
  name: ORIGIN,
  keyId: keyIdOf(ORIGIN, raw),
  sign: (text: Buffer) => sign(null, text, privateKey),
};
const entries = Array.from({ length: LARGEST }, (_, i) => Buffer.from(`entry ${i}`));
const leaves = entries.map(leafHash);

async function filesOf(size: number): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const { tiles, root } = await growTree({
    size: 0,
    leaves: leaves.slice(0, size),
    readTiles: async () => [],
  });
  for (const { hashes, ...id } of tiles)
    files.set(`tile/${tilePath(id, hashes.length / 32)}`, hashes);
  for (let at = 0; at < size; at += 256) {
    const bundle = entries.slice(at, Math.min(at + 256, size)).flatMap((entry) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(entry.length);
      return [length, entry];
    });
    const id = { level: 'entries', index: at / 256 } as const;
    files.set(`tile/${tilePath(id, bundle.length / 2)}`, Buffer.concat(bundle));
  }
  const text = formatCheckpoint({ origin: ORIGIN, size, root });
  return files.set('checkpoint', Buffer.from(signNote(text, signer)));
}

let server: Server;
let prefix: string;
let files = new Map<string, Buffer>();
const requests: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const path = (request.url ?? '').slice('/log/'.length);
    requests.push(path);
    const file = files.get(path);
    const type = path === 'checkpoint' ? 'text/plain; charset=utf-8' : 'application/octet-stream';
    response.writeHead(file ? 200 : 404, { 'content-type': type }).end(file);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  prefix = `http://127.0.0.1:${(server.address() as AddressInfo).port}/log`;
});
afterAll(() => new Promise((done) => server.close(done)));

async function publish(size: number) {
  files = await filesOf(size);
  requests.length = 0;
  const client = tileClient(getFrom(prefix), vkey);
  return { client, head: await client.checkpoint() };
}

/** The server's own proofs, to compare with those of the client. */
const readTiles = async (wanted: readonly TileId[]) =>
  wanted.map((id) => {
    const [, hashes = Buffer.alloc(0)] =
      [...files].find(([path]) => path.replace(/\.p\/.*/, '') === `tile/${tilePath(id)}`) ?? [];
    return hashes;
  });
const entryAt = (index: number) => entries[index] ?? Buffer.alloc(0);

describe('a client from the specification', () => {
  it('shares no code with the log', async () => {
    const text = await readFile(new URL('support/tile-client.ts', import.meta.url), 'utf8');
    expect(text.match(/from '.*'/g)).toEqual(["from 'node:crypto'"]);
  });

  it.each([0, 1, 2, 255, 256, 257, 1000])('verifies a log of size %i whole', async (size) => {
    const { client, head } = await publish(size);
    expect(head).toMatchObject({ origin: ORIGIN, size });
    await client.verifyTree(head);
    expect(await client.entries(head)).toEqual(entries.slice(0, size));
    for (const index of new Set([0, size >> 1, size - 1])) {
      if (index < 0 || size === 0) continue;
      const path = await client.proveInclusion(index, entryAt(index), head);
      expect(path).toEqual(await inclusionProof(index, size, readTiles));
    }
    expect(new Set(requests)).toEqual(new Set(files.keys()));
  });

  it.each([65_536, LARGEST])('verifies the tree of size %i', async (size) => {
    const { client, head } = await publish(size);
    await client.verifyTree(head);
    for (const index of [0, 65_280, size - 1]) {
      const path = await client.proveInclusion(index, entryAt(index), head);
      expect(path).toEqual(await inclusionProof(index, size, readTiles));
    }
  });

  it('proves that a log grew from each of its checkpoints', async () => {
    const heads = [];
    for (const size of [0, 1, 100, 256, 300, 512, 1000, 66_000]) {
      const { client, head } = await publish(size);
      for (const from of heads) {
        const proof = await client.proveConsistency(from, head);
        expect(proof).toEqual(await consistencyProof(from.size, size, readTiles));
      }
      heads.push(head);
    }
  });

  it('reads few tiles for a proof', async () => {
    const { client, head } = await publish(LARGEST);
    await client.proveInclusion(1000, entryAt(1000), head);
    expect([...requests].sort()).toEqual([
      'checkpoint',
      'tile/0/003',
      'tile/0/273.p/112',
      'tile/1/000',
      'tile/1/001.p/17',
    ]);
  });
});

describe('a client from the specification refuses', () => {
  /** Changes one byte of a file. */
  function flip(path: string) {
    const file = Buffer.from(files.get(path) ?? expect.unreachable());
    file.writeUInt8(file.readUInt8(40) ^ 1, 40);
    files.set(path, file);
  }

  it('a changed leaf', async () => {
    const { client, head } = await publish(300);
    flip('tile/0/001.p/44');
    await expect(client.verifyTree(head)).rejects.toThrow('another root than the checkpoint');
    await expect(client.entries(head)).rejects.toThrow('entry 257 is not its leaf');
  });

  it('a changed hash of a full tile, which the tiles below show', async () => {
    const { client, head } = await publish(1000);
    flip('tile/1/000.p/3');
    await expect(client.verifyTree(head)).rejects.toThrow('tile 1/0 is not the tiles below it');
  });

  it('a changed entry, and one at another index', async () => {
    const { client, head } = await publish(300);
    await expect(client.proveInclusion(7, entryAt(8), head)).rejects.toThrow('not in the tree');
    flip('tile/entries/000');
    await expect(client.entries(head)).rejects.toThrow('is not its leaf');
  });

  it('a log that was rewritten, and one that became smaller', async () => {
    const old = (await publish(200)).head;
    const other = { ...old, root: leafHash(Buffer.from('other')) };
    const { client, head } = await publish(300);
    await client.proveConsistency(old, head);
    await expect(client.proveConsistency(other, head)).rejects.toThrow('the older one');
    await expect(client.proveConsistency(head, old)).rejects.toThrow('smaller');
  });

  it('a checkpoint with a changed size, and one of another key', async () => {
    const { head } = await publish(300);
    const changed = head.note.replace('\n300\n', '\n301\n');
    expect(() => openHead(changed, vkey)).toThrow('the signature is wrong');
    const key = rawPublicKey(generateKeyPairSync('ed25519').publicKey);
    expect(() => openHead(head.note, formatVkey(ORIGIN, key))).toThrow('another key id');
  });

  it('a missing tile, and an answer of another type', async () => {
    const { client, head } = await publish(300);
    files.delete('tile/1/000.p/1');
    await expect(client.verifyTree(head)).rejects.toThrow('tile/1/000.p/1: 404');
    const html = tileClient(
      async () => ({ status: 200, type: 'text/html', body: Buffer.from('') }),
      vkey,
    );
    await expect(html.checkpoint()).rejects.toThrow('checkpoint: text/html');
  });
});
