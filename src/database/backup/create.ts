import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import pg from 'pg';
import type { BuildInfo } from '../../config/build-info.js';
import { schemaState } from '../schema-state.js';
import { BaseBackup } from './base-backup.js';
import { checkContents } from './contents.js';
import {
  ARCHIVE,
  BackupError,
  checkFiles,
  DESCRIPTION,
  type Description,
  type FileCheck,
  MANIFEST,
  PASSWORD,
} from './description.js';
import { hashOf } from './hash.js';
import type { Progress } from './progress.js';

/** Fast: most of the data is compressed documents already. */
const GZIP_LEVEL = 1;
const PRIVATE = { flag: 'wx', flags: 'wx', mode: 0o600, flush: true };

export interface BackupRequest {
  /** The URL of the running embedded database. */
  readonly url: string;
  /** The file with the password of the cluster. */
  readonly password: string;
  /** The folder to create. It must not exist. */
  readonly target: string;
  readonly build: BuildInfo;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

async function writeArchive(
  backup: BaseBackup,
  path: string,
  { progress, signal }: Pick<BackupRequest, 'progress' | 'signal'>,
): Promise<{ dataBytes: number; check: FileCheck }> {
  let dataBytes = 0;
  let bytes = 0;
  const hash = createHash('sha256');
  async function* counted(chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      dataBytes += chunk.length;
      progress(dataBytes, backup.estimatedBytes);
      yield chunk;
    }
  }
  async function* hashed(chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      hash.update(chunk);
      yield chunk;
    }
  }
  await pipeline(
    backup.archive,
    counted,
    createGzip({ level: GZIP_LEVEL }),
    hashed,
    createWriteStream(path, PRIVATE),
    { signal },
  );
  return { dataBytes, check: { bytes, sha256: hash.digest('hex') } };
}

async function writePrivate(path: string, text: string): Promise<FileCheck> {
  await writeFile(path, text, PRIVATE);
  return { bytes: (await stat(path)).size, sha256: await hashOf(path) };
}

/** Copies the cluster into the folder. */
async function copyCluster(folder: string, request: BackupRequest): Promise<Description> {
  const { url, build } = request;
  const client = new pg.Client({
    connectionString: url,
    replication: 'database',
  } as pg.ClientConfig);
  client.on('error', () => {});
  await client.connect();
  try {
    // Keeps the log that is written during the copy. PostgreSQL drops it with the connection.
    await client.query(
      `CREATE_REPLICATION_SLOT "backup_${process.pid}" TEMPORARY PHYSICAL RESERVE_WAL`,
    );
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
    const backup = client.query(new BaseBackup());
    const { dataBytes, check } = await writeArchive(backup, join(folder, ARCHIVE), request);
    const manifest = await writePrivate(join(folder, MANIFEST), await backup.manifest);
    const password = await readFile(request.password, 'utf8');
    const { applied } = await schemaState(client);
    return {
      format: 1,
      createdAt: new Date().toISOString(),
      server: { version: build.version, commit: build.commit },
      postgres: rows[0]?.server_version ?? '',
      platform: process.platform,
      arch: process.arch,
      migrations: applied,
      dataBytes,
      files: {
        [ARCHIVE]: check,
        [MANIFEST]: manifest,
        [PASSWORD]: await writePrivate(join(folder, PASSWORD), password),
      },
    };
  } finally {
    await client.end().catch(() => {});
  }
}

/**
 * Creates a backup of a running embedded cluster, reads it back and compares it with what PostgreSQL sent. The folder
 * gets its name when it is complete.
 * @throws {BackupError} if the folder exists, or the backup is not what PostgreSQL sent
 */
export async function createBackup(request: BackupRequest): Promise<Description> {
  const { target } = request;
  const exists = await stat(target).then(
    () => true,
    () => false,
  );
  if (exists)
    throw new BackupError(`${target} exists already. Name a folder that does not exist yet`);
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  const draft = await mkdtemp(`${target}.incomplete-`); // mode 0700
  try {
    const description = await copyCluster(draft, request);
    await checkFiles(draft, description);
    await checkContents(draft);
    request.signal.throwIfAborted();
    await writePrivate(join(draft, DESCRIPTION), `${JSON.stringify(description, null, 2)}\n`);
    await rename(draft, target);
    return description;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
