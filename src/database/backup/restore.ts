import { createReadStream } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rename, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { unpackTar } from 'modern-tar/fs';
import { runningServer } from '../embedded/join.js';
import { giveTo, type Owner, ownerOfFiles } from '../embedded/owner.js';
import {
  ARCHIVE,
  BackupError,
  checkFiles,
  type Description,
  PASSWORD,
  readDescription,
} from './description.js';
import { checkFits, checkMigrations } from './fits.js';
import { megabytes, type Progress } from './progress.js';
import { type Recovered, recover } from './recover.js';

/** What a cluster consists of, in its folder. `data` is last: a folder with it has a cluster. */
const PARTS = [PASSWORD, 'data'];

export interface RestoreRequest {
  /** The folder of the backup. */
  readonly backup: string;
  /** EMBEDDED_PG_DIR. */
  readonly dir: string;
  /** Whether a cluster that is there may be replaced. It is kept beside the restored one. */
  readonly replace: boolean;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

export interface Restored extends Recovered {
  readonly description: Description;
  /** The folder of the replaced cluster. */
  readonly replaced: string | undefined;
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

/** @throws {BackupError} if a cluster is there that must stay */
async function checkTarget({ dir, replace }: RestoreRequest): Promise<void> {
  const server = runningServer(dir);
  if (server) {
    throw new BackupError(
      `PostgreSQL (process ${server.pid}) uses ${dir}. Nothing was changed. Stop the server, and restore again. If ` +
        `that process is another program, delete ${join(dir, 'data', 'postmaster.pid')}, which a crash left there`,
    );
  }
  const found = await Promise.all(PARTS.map((part) => exists(join(dir, part))));
  if (!found.includes(true) || replace) return;
  throw new BackupError(
    `${dir} already has a database. Nothing was changed. To replace it, add --replace: the present one is kept ` +
      'in a folder beside the restored one',
  );
}

async function checkSpace(dir: string, { dataBytes }: Description): Promise<void> {
  const { bavail, bsize } = await statfs(dir);
  const free = bavail * bsize;
  if (free > dataBytes) return;
  throw new BackupError(
    `the data needs ${megabytes(dataBytes)}, and the disk of ${dir} has ${megabytes(free)} free. Nothing was ` +
      'changed. Free disk space, or set EMBEDDED_PG_DIR to a folder on another disk',
  );
}

/** Unpacks the cluster into a draft folder. */
async function unpack(
  { backup, progress, signal }: RestoreRequest,
  { dataBytes }: Description,
  draft: string,
  owner: Owner | undefined,
): Promise<void> {
  let done = 0;
  async function* counted(chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      done += chunk.length;
      progress(done, dataBytes);
      yield chunk;
    }
  }
  const data = join(draft, 'data');
  await mkdir(data, { mode: 0o700 });
  await pipeline(
    createReadStream(join(backup, ARCHIVE)),
    createGunzip(),
    counted,
    unpackTar(data, { fmode: 0o600, dmode: 0o700 }),
    { signal },
  );
  await copyFile(join(backup, PASSWORD), join(draft, PASSWORD));
  if (owner) await giveTo(owner, draft);
}

/** Moves the present cluster into a folder beside it. Returns that folder. undefined: there is none. */
async function moveAside(dir: string, owner: Owner | undefined): Promise<string | undefined> {
  const present: string[] = [];
  for (const part of PARTS) if (await exists(join(dir, part))) present.unshift(part);
  if (present.length === 0) return undefined;
  const day = new Date().toISOString().slice(0, 10);
  const aside = await mkdtemp(join(dir, `replaced-${day}-`));
  if (owner) await giveTo(owner, aside);
  for (const part of present) await rename(join(dir, part), join(aside, part));
  return aside;
}

/** Exchanges the clusters by renaming. Returns the folder of the replaced one. */
async function exchange(
  request: RestoreRequest,
  draft: string,
  owner: Owner | undefined,
): Promise<string | undefined> {
  await checkTarget(request); // again, because a server may have started in the meantime
  const { dir } = request;
  const replaced = await moveAside(dir, owner);
  try {
    for (const part of PARTS) await rename(join(draft, part), join(dir, part));
  } catch (error) {
    const { message } = error as Error;
    if (replaced === undefined) throw error;
    throw new BackupError(
      `the restored database could not be put in place (${message}). The previous one is in ${replaced}: to use it ` +
        `again, move ${PARTS.join(' and ')} from there to ${dir}`,
    );
  }
  return replaced;
}

/**
 * Restores a backup into the folder of the embedded cluster. The backup is checked, unpacked beside the present cluster
 * and recovered by PostgreSQL. Only then are the two exchanged.
 * @throws {BackupError} if the backup is damaged or does not fit this server, or if the folder is in use
 */
export async function restoreBackup(request: RestoreRequest): Promise<Restored> {
  const { backup, dir, signal } = request;
  await checkTarget(request);
  const description = await readDescription(backup);
  await checkFits(description);
  await checkFiles(backup, description);
  const owner = ownerOfFiles(dir);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await checkSpace(dir, description);
  const draft = await mkdtemp(join(dir, 'restoring-'));
  try {
    await unpack(request, description, draft, owner);
    const recovered = await recover(draft);
    checkMigrations(description, recovered.migrations);
    signal.throwIfAborted();
    const replaced = await exchange(request, draft, owner);
    return { ...recovered, description, replaced };
  } finally {
    await rm(draft, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}
