import { createHash } from 'node:crypto';

const BLOCK = 512;
/** The field of a USTAR header holds 100 bytes. Longer names need extensions, which simple readers lack. */
const MAX_PATH = 100;

/** A file of the archive. `size` in bytes must be what `content` yields. */
export interface TarFile {
  readonly path: string;
  readonly size: number;
  readonly content: Uint8Array | AsyncIterable<Uint8Array>;
}

/**
 * The header of a file (POSIX.1-2017, pax, "ustar Interchange Format"). Everything except name and size is constant, so
 * that equal files give equal archives. It is written here, because the packers of the tar library that take a stream
 * do not wait for a slow reader.
 */
function header(path: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, length: number) =>
    block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1');
  if (Buffer.byteLength(path) > MAX_PATH) throw new Error(`the path ${path} is too long for tar`);
  block.write(path, 0);
  octal(0o644, 100, 8);
  octal(0, 108, 8); // user
  octal(0, 116, 8); // group
  octal(size, 124, 12);
  octal(0, 136, 12); // modification time
  block.write('        ', 148, 'latin1'); // the checksum counts as spaces while it is computed
  block.write('0', 156, 'latin1'); // a regular file
  block.write('ustar\x0000', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

async function* pieces(content: TarFile['content']): AsyncGenerator<Uint8Array> {
  if (content instanceof Uint8Array) yield content;
  else yield* content;
}

/** What was packed of a file. */
export interface PackedFile {
  readonly path: string;
  readonly size: number;
  /** SHA-256 in lower-case hexadecimal. */
  readonly sha256: string;
}

/**
 * Writes files as a tar archive, as fast as it is read. `last` makes the last file from what was packed before it.
 * @throws {Error} if a file has another size than it announced
 */
export async function* tarOf(
  files: AsyncIterable<TarFile>,
  last: (packed: readonly PackedFile[]) => TarFile,
): AsyncGenerator<Uint8Array> {
  const packed: PackedFile[] = [];
  async function* one({ path, size, content }: TarFile): AsyncGenerator<Uint8Array> {
    yield header(path, size);
    const hash = createHash('sha256');
    let written = 0;
    for await (const piece of pieces(content)) {
      written += piece.length;
      hash.update(piece);
      yield piece;
    }
    if (written !== size) throw new Error(`${path} has ${written} bytes instead of ${size}`);
    packed.push({ path, size, sha256: hash.digest('hex') });
    const rest = size % BLOCK;
    if (rest > 0) yield Buffer.alloc(BLOCK - rest);
  }
  for await (const file of files) yield* one(file);
  yield* one(last(packed));
  yield Buffer.alloc(2 * BLOCK);
}
