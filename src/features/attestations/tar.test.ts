import { createHash } from 'node:crypto';
import { unpackTar } from 'modern-tar';
import { describe, expect, it } from 'vitest';
import { type PackedFile, type TarFile, tarOf } from './tar.js';

const file = (path: string, text: string): TarFile => {
  const content = Buffer.from(text);
  return { path, size: content.length, content };
};

async function* from<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}

const manifest = (packed: readonly PackedFile[]) => file('manifest.json', JSON.stringify(packed));

async function archive(files: readonly TarFile[]): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of tarOf(from(files), manifest)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('tarOf', () => {
  it('is read by another implementation, for sizes around a block', async () => {
    const texts = [0, 1, 511, 512, 513, 5000].map((size) => 'é'.repeat(size));
    const files = texts.map((text, index) => file(`folder/${index}.txt`, text));
    const entries = await unpackTar(await archive(files));
    const read = entries.map(({ header, data }) => [
      header.name,
      Buffer.from(data ?? []).toString(),
    ]);
    expect(read.slice(0, -1)).toEqual(texts.map((text, index) => [`folder/${index}.txt`, text]));
    expect(entries.map(({ header }) => [header.mode, header.uid, header.mtime?.getTime()])).toEqual(
      entries.map(() => [0o644, 0, 0]),
    );
  });

  it('ends with what was packed, and two blocks of zeros', async () => {
    const bytes = await archive([file('a', 'x'), file('b', '')]);
    const entries = await unpackTar(bytes);
    const { data } = entries.at(-1) ?? {};
    const digest = (text: string) => createHash('sha256').update(text).digest('hex');
    expect(JSON.parse(Buffer.from(data ?? []).toString())).toEqual([
      { path: 'a', size: 1, sha256: digest('x') },
      { path: 'b', size: 0, sha256: digest('') },
    ]);
    expect(bytes.length % 512).toBe(0);
    expect(bytes.subarray(-1024).every((byte) => byte === 0)).toBe(true);
  });

  it('is the same for the same files', async () => {
    const files = [file('a', 'x'), file('b', 'y'.repeat(2000))];
    expect((await archive(files)).equals(await archive(files))).toBe(true);
  });

  it('takes a piece only when the reader asks for it', async () => {
    let taken = 0;
    async function* content() {
      for (; taken < 1000; taken += 1) yield Buffer.alloc(1024);
    }
    const large = { path: 'large', size: 1024 * 1000, content: content() };
    const reader = tarOf(from([large]), manifest);
    for (let chunks = 0; chunks < 4; chunks += 1) await reader.next();
    expect(taken).toBeLessThan(5);
    await reader.return(undefined);
  });

  it('refuses a file with another size than it announced', async () => {
    await expect(archive([{ ...file('a', 'xy'), size: 3 }])).rejects.toThrow(
      'a has 2 bytes instead of 3',
    );
  });

  it('refuses a path that a simple reader would cut', async () => {
    await expect(archive([file('a'.repeat(101), '')])).rejects.toThrow('is too long for tar');
  });
});
