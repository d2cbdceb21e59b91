import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** The keys cannot be used. The message names the file and what to do, and never has the content of a key. */
export class KeysError extends Error {
  override name = 'KeysError';
}

const PRIVATE_FOLDER = 0o700;
const PRIVATE_FILE = 0o600;
const OTHERS_READ_WRITE = 0o006;
const OTHERS_WRITE = 0o002;
const LOCK = 'keys.lock';
const DRAFT = 'draft-';
const HOUR_MS = 3_600_000;

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException | undefined)?.code;

/** Files of a folder that only the server's user reads. Every write is on the disk when it resolves. */
export interface KeysFolder {
  readonly path: string;
  names(): Promise<readonly string[]>;
  /** @returns undefined if the file does not exist. @throws {KeysError} if others can read it, or it cannot be read */
  read(name: string): Promise<string | undefined>;
  /** Replaces the whole file, or leaves it as it was. */
  replace(name: string, text: string): Promise<void>;
  /** Creates the whole file. @returns false if it exists */
  create(name: string, text: string): Promise<boolean>;
  /** Renames a file. @returns false if it does not exist, because another process was faster */
  rename(from: string, to: string): Promise<boolean>;
  remove(name: string): Promise<void>;
  /** Does work that no other process may do at the same time. */
  locked<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * Opens the folder. Creates it with mode 0700 if it does not exist.
 * @param readOnly changes nothing: it neither creates the folder nor removes what a killed process left
 */
export async function openFolder(path: string, readOnly = false): Promise<KeysFolder> {
  const at = (name: string) => join(path, name);
  const attempt = async <T>(verb: string, name: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw error instanceof KeysError ? error : await described(error, verb, at(name), path);
    }
  };

  const sync = async () => {
    const folder = await open(path, 'r');
    await folder.sync().finally(() => folder.close());
  };
  const write = async (text: string): Promise<string> => {
    const draft = at(`${DRAFT}${randomBytes(8).toString('hex')}`);
    const file = await open(draft, 'wx', PRIVATE_FILE);
    try {
      await file.writeFile(text);
      await file.sync();
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    } finally {
      await file.close();
    }
    return draft;
  };

  const folder: KeysFolder = {
    path,
    names: () => attempt('list', '', () => readdir(path)),
    read: (name) =>
      attempt('read', name, async () => {
        try {
          refuseOthers((await stat(at(name))).mode & OTHERS_READ_WRITE, at(name), 'chmod 600');
          return await readFile(at(name), 'utf8');
        } catch (error) {
          if (codeOf(error) === 'ENOENT') return undefined;
          throw error;
        }
      }),
    replace: (name, text) =>
      attempt('write', name, async () => {
        await rename(await write(text), at(name));
        await sync();
      }),
    create: (name, text) =>
      attempt('create', name, async () => {
        const draft = await write(text);
        try {
          // Unlike a rename, a link does not replace a file.
          await link(draft, at(name));
        } catch (error) {
          if (codeOf(error) === 'EEXIST') return false;
          throw error;
        } finally {
          await rm(draft, { force: true });
        }
        await sync();
        return true;
      }),
    rename: (from, to) =>
      attempt('rename', from, async () => {
        try {
          await rename(at(from), at(to));
        } catch (error) {
          if (codeOf(error) === 'ENOENT') return false;
          throw error;
        }
        await sync();
        return true;
      }),
    remove: (name) => attempt('remove', name, () => rm(at(name), { force: true })),
    async locked(work) {
      const owner = `process ${process.pid} on ${hostname()}, ${new Date().toISOString()}\n`;
      if (!(await folder.create(LOCK, owner))) {
        const other = (await folder.read(LOCK))?.trim() || 'another process';
        throw new KeysError(
          `The keys are being changed by ${other}. If it no longer runs, delete ${at(LOCK)}. Then repeat the command`,
        );
      }
      return work().finally(() => folder.remove(LOCK));
    },
  };

  await attempt(readOnly ? 'use' : 'create', '', async () => {
    if (!readOnly) await mkdir(path, { recursive: true, mode: PRIVATE_FOLDER });
    refuseOthers((await stat(path)).mode & OTHERS_WRITE, path, 'chmod 700');
  });
  if (readOnly) return folder;
  for (const name of await folder.names()) if (name.startsWith(DRAFT)) await removeOld(at(name));
  return folder;
}

/** A draft is left over if its process was killed. A younger one may be in use. */
async function removeOld(draft: string): Promise<void> {
  const { mtimeMs } = await stat(draft).catch(() => ({ mtimeMs: Date.now() }));
  if (Date.now() - mtimeMs > HOUR_MS) await rm(draft, { force: true }).catch(() => undefined);
}

/** Windows has no such modes. The group may read: some volumes give all files to a group. */
function refuseOthers(modes: number, path: string, command: string): void {
  if (modes === 0 || process.platform === 'win32') return;
  throw new KeysError(`Every user of this machine can use ${path}. Run: ${command} ${path}`);
}

const REASONS: Readonly<Record<string, string>> = {
  EROFS:
    'its file system is read-only. Mount it writable, or set SIGNING_KEYS_DIR to another folder',
  ENOSPC: 'the disk is full. Free some space',
  EDQUOT: 'the quota of the disk is used up. Free some space',
  ENOTDIR: 'a part of the path is a file. Set SIGNING_KEYS_DIR to a folder',
  EEXIST: 'a file has this name. Set SIGNING_KEYS_DIR to a folder',
  EISDIR: 'it is a folder. Move it away',
};

async function described(error: unknown, verb: string, file: string, folder: string) {
  const code = codeOf(error) ?? 'unknown';
  const denied = code === 'EACCES' || code === 'EPERM';
  const reason = denied ? await deniedTo(file, folder) : (REASONS[code] ?? `${code}`);
  return new KeysError(`Cannot ${verb} ${file}: ${reason}`, { cause: error });
}

/** A file of another user is the usual case: the server ran as root once, or in a container with another user. */
async function deniedTo(file: string, folder: string): Promise<string> {
  const me = process.geteuid?.();
  const owner = await stat(file)
    .catch(() => stat(folder))
    .then(({ uid }) => uid)
    .catch(() => undefined);
  if (me === undefined || owner === undefined) return 'permission denied';
  if (owner === me) return `permission denied. Run: chmod -R u+rwX ${folder}`;
  return `it belongs to user ${owner}, and this process runs as user ${me}. Run: chown -R ${me} ${folder}`;
}
