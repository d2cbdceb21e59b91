import type { Checkpoint } from './checkpoint.js';
import {
  broken,
  KEYS_FILE,
  type KeysFile,
  type LogEntry,
  type NewKey,
  newLogKey,
  newVerdictKey,
  type Purpose,
  parseState,
  STATE_FILE,
  type VerdictEntry,
  writeKeysFile,
  writeState,
} from './keys-file.js';
import { KeysError, type KeysFolder, openFolder } from './keys-folder.js';
import {
  createKeys,
  currentOf,
  type LogKey,
  load,
  nextNumber,
  type VerdictKey,
} from './keys-load.js';
import { EMPTY_ROOT } from './merkle.js';

export type { Purpose } from './keys-file.js';
export { KeysError } from './keys-folder.js';
export type { LogKey, VerdictKey } from './keys-load.js';

/** All keys that ever signed, oldest first. Times are ISO 8601. `until` is null for the one that signs now. */
export interface PublicKeys {
  readonly log: readonly Omit<LogEntry, 'file'>[];
  readonly verdicts: readonly Omit<VerdictEntry, 'file'>[];
}

/** Called before the new key is used, so that the old one can sign that it follows. A throw keeps the old key. */
export type Announce = (next: string) => Promise<void>;

export interface Keys {
  readonly log: LogKey;
  readonly verdicts: VerdictKey;
  list(): PublicKeys;
  /** Reads the file each time, because instances share it. It has size 0 before anything was signed. */
  lastSigned(): Promise<Checkpoint>;
  /**
   * Is on the disk when it resolves. One process at a time may call it.
   * @throws {KeysError} for a smaller size of the same log, or another root of the same size
   */
  saveSigned(state: Checkpoint): Promise<void>;
  /** Begins a new key. `announce` gets its vkey, or the keyId of a key for verdicts. */
  rotate(purpose: Purpose, announce?: Announce): Promise<void>;
  /** Begins a new log with a new key and nothing signed. `announce` gets the new vkey. */
  beginLog(origin: string, announce?: Announce): Promise<void>;
  /** Reads the keys again if another process changed them. @returns whether it did */
  refresh(): Promise<boolean>;
}

/**
 * Opens the keys in a folder, and creates them if the folder has none. Processes that do so at the same time end with
 * the same keys. A broken folder is never repaired with new keys.
 * @param newOrigin the origin of the log, if it is created now
 * @throws {KeysError} with the file and what to do
 */
export async function openKeys(path: string, newOrigin: () => string): Promise<Keys> {
  const folder = await openFolder(path);
  if ((await folder.read(KEYS_FILE)) === undefined) await createKeys(folder, newOrigin());
  let loaded = await load(folder);
  const now = () => new Date().toISOString();

  const change = async (next: (file: KeysFile) => Promise<KeysFile>) => {
    await folder.locked(async () => {
      const { file } = await load(folder);
      await folder.replace(KEYS_FILE, writeKeysFile(await next(file)));
    });
    loaded = await load(folder);
  };
  const addKey = async <Entry extends LogEntry | VerdictEntry>(
    entries: readonly Entry[],
    { entry, pem }: NewKey<Entry>,
    announce?: () => Promise<void>,
  ): Promise<Entry[]> => {
    if (!(await folder.create(entry.file, pem))) {
      throw new KeysError(`${folder.path}/${entry.file} exists. Repeat the command`);
    }
    try {
      await announce?.();
    } catch (error) {
      await folder.remove(entry.file);
      throw error;
    }
    const ended = entries.map((one) => (one.until === null ? { ...one, until: entry.from } : one));
    return [...ended, entry];
  };
  const addLogKey = async (file: KeysFile, origin: string, announce?: Announce) => {
    const added = newLogKey(origin, await nextNumber(folder, 'log'), now());
    const log = await addKey(
      file.log,
      added,
      () => announce?.(added.entry.vkey) ?? Promise.resolve(),
    );
    return { ...file, log };
  };
  const addVerdictKey = async (file: KeysFile, announce?: Announce) => {
    const added = newVerdictKey(await nextNumber(folder, 'verdicts'), now());
    const announced = () => announce?.(added.entry.keyId) ?? Promise.resolve();
    return { ...file, verdicts: await addKey(file.verdicts, added, announced) };
  };

  return {
    get log() {
      return loaded.log;
    },
    get verdicts() {
      return loaded.verdicts;
    },
    list: () => publicOf(loaded.file),
    lastSigned: () => readState(folder),
    async saveSigned(state) {
      await refuseOlder(folder, state);
      await folder.replace(STATE_FILE, writeState(state));
    },
    rotate: (purpose, announce) =>
      change((file) =>
        purpose === 'log'
          ? addLogKey(file, currentOf(file.log).origin, announce)
          : addVerdictKey(file, announce),
      ),
    async beginLog(origin, announce) {
      await change((file) => addLogKey(file, origin, announce));
      await folder.replace(STATE_FILE, writeState({ origin, size: 0, root: EMPTY_ROOT }));
    },
    async refresh() {
      if ((await folder.read(KEYS_FILE)) === loaded.text) return false;
      loaded = await load(folder);
      return true;
    },
  };
}

const publicOf = ({ log, verdicts }: KeysFile): PublicKeys => ({
  log: log.map(({ file: _file, ...entry }) => entry),
  verdicts: verdicts.map(({ file: _file, ...entry }) => entry),
});

/**
 * Reads all keys of a folder and what was signed last, and changes nothing there.
 * @throws {KeysError} if the folder does not have them, or they cannot be used
 */
export async function inspectKeys(
  path: string,
): Promise<{ readonly keys: PublicKeys; readonly signed: Checkpoint }> {
  const folder = await openFolder(path, true);
  const { file } = await load(folder, false);
  return { keys: publicOf(file), signed: await readState(folder) };
}

async function readState(folder: KeysFolder): Promise<Checkpoint> {
  const text = await folder.read(STATE_FILE);
  if (text === undefined) throw broken(folder, STATE_FILE, 'is missing');
  return parseState(folder, text);
}

async function refuseOlder(folder: KeysFolder, { origin, size, root }: Checkpoint): Promise<void> {
  const last = await readState(folder);
  if (last.origin !== origin) return;
  if (size < last.size || (size === last.size && !root.equals(last.root))) {
    throw new KeysError(
      `${folder.path}/${STATE_FILE} says that size ${last.size} of ${origin} was signed. Another tree of size ${size} is refused`,
    );
  }
}
