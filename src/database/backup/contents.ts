import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { createTarDecoder } from 'modern-tar';
import { ARCHIVE, damaged, MANIFEST } from './description.js';

/** What is read of PostgreSQL's manifest (https://www.postgresql.org/docs/18/backup-manifest-files.html). */
interface Manifest {
  readonly Files: readonly { readonly Path: string; readonly Checksum: string }[];
}

/** The SHA-256 of each file in the archive. */
async function archivedFiles(path: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const gunzip = createGunzip();
  const reading = pipeline(createReadStream(path), gunzip);
  reading.catch(() => {}); // the loop below fails with the same error
  const tar = Readable.toWeb(gunzip) as unknown as ReadableStream<Uint8Array<ArrayBuffer>>;
  for await (const { header, body } of tar.pipeThrough(createTarDecoder())) {
    const hash = createHash('sha256');
    for await (const chunk of body) hash.update(chunk);
    if (header.type === 'file') files.set(header.name, hash.digest('hex'));
  }
  await reading;
  return files;
}

/**
 * Compares the archive with PostgreSQL's manifest, as `pg_verifybackup` does. The manifest does not list the
 * write-ahead log, whose records have their own checksums.
 * @throws {BackupError} if a file differs, is missing, or should not be there
 */
export async function checkContents(folder: string): Promise<void> {
  const manifest = JSON.parse(await readFile(join(folder, MANIFEST), 'utf8')) as Manifest;
  const archived = await archivedFiles(join(folder, ARCHIVE)).catch((error: Error) => {
    throw damaged(folder, `${ARCHIVE} is not readable (${error.message})`);
  });
  const wrong = manifest.Files.filter(({ Path, Checksum }) => archived.get(Path) !== Checksum);
  const listed = new Set(manifest.Files.map(({ Path }) => Path));
  const unlisted = [...archived.keys()].filter(
    (path) => !listed.has(path) && !path.startsWith('pg_wal/'),
  );
  const [first] = [...wrong.map(({ Path }) => Path), ...unlisted];
  if (first !== undefined)
    throw damaged(folder, `${first} is not the file that PostgreSQL sent (SHA-256)`);
}
