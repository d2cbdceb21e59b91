import { createHash } from 'node:crypto';

/** Files of a pack by path, in their order. */
export type Files = Map<string, string>;

/** Adds the manifest, which lists the files as they are. */
export function withManifest(files: Files): Files {
  const listed = [...files].map(([path, text]) => ({
    path,
    size: Buffer.byteLength(text),
    sha256: createHash('sha256').update(text).digest('hex'),
  }));
  return new Map(files).set('manifest.json', JSON.stringify({ files: listed }));
}

/** A USTAR archive with nothing in it that depends on the machine or the time. */
export function tarOf(files: Files): Buffer {
  const parts: Buffer[] = [];
  for (const [path, text] of files) {
    const body = Buffer.from(text);
    const header = Buffer.alloc(512);
    const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`;
    header.write(path, 0);
    header.write(`${octal(0o644, 7)}${octal(0, 7)}${octal(0, 7)}`, 100);
    header.write(`${octal(body.length, 11)}${octal(0, 11)}        0`, 124);
    header.write('ustar\x0000', 257);
    header.write(
      `${octal(
        header.reduce((sum, byte) => sum + byte),
        6,
      )} `,
      148,
    );
    parts.push(header, body, Buffer.alloc((512 - (body.length % 512)) % 512));
  }
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}
