import { randomBytes, sign } from 'node:crypto';
import { parseCheckpoint } from './checkpoint.js';
import {
  broken,
  hintOf,
  KEYS_FILE,
  type KeysFile,
  type LogEntry,
  newLogKey,
  newVerdictKey,
  type Purpose,
  parseKeysFile,
  readPrivateKey,
  STATE_FILE,
  type VerdictEntry,
  writeKeysFile,
  writeState,
} from './keys-file.js';
import { KeysError, type KeysFolder } from './keys-folder.js';
import { EMPTY_ROOT } from './merkle.js';
import { formatVkey, parseVkey, rawPublicKey, signNote } from './note.js';

export interface LogKey {
  readonly origin: string;
  readonly vkey: string;
  /** Signs the text of a checkpoint of this log. @returns the signed note */
  readonly signCheckpoint: (text: string) => string;
}
export interface VerdictKey {
  /** Base64 of the SHA-256 of the public key as DER: the key hint of Sigstore bundles. */
  readonly keyId: string;
  readonly publicKeyPem: string;
  /** ECDSA P-256 with SHA-256. @returns the signature as DER */
  readonly sign: (bytes: Uint8Array) => Buffer;
}

/** The keys that sign now, and the file that lists them. */
export interface Loaded {
  readonly text: string;
  readonly file: KeysFile;
  readonly log: LogKey;
  readonly verdicts: VerdictKey;
}

const unfinished = (name: string, creation: string) => `${name}.${creation}.new`;

/** The link to keys.json decides which of several processes creates the keys. It names the files of the others. */
export async function createKeys(folder: KeysFolder, origin: string): Promise<void> {
  const from = new Date().toISOString();
  const creation = randomBytes(8).toString('hex');
  const [log, verdicts] = [newLogKey(origin, 1, from), newVerdictKey(1, from)];
  const orphan = (await folder.names()).find((name) =>
    /^(?:(?:log|verdicts)-.*\.pem|state\.json)$/.test(name),
  );
  if (orphan !== undefined) {
    // Another process may have finished in the meantime.
    if ((await folder.read(KEYS_FILE)) !== undefined) return;
    throw broken(folder, KEYS_FILE, `is missing, but ${orphan} exists`);
  }
  const state = writeState({ origin, size: 0, root: EMPTY_ROOT });
  const files: [string, string][] = [
    [log.entry.file, log.pem],
    [verdicts.entry.file, verdicts.pem],
    [STATE_FILE, state],
  ];
  for (const [name, text] of files) await folder.create(unfinished(name, creation), text);
  const file = { creation, log: [log.entry], verdicts: [verdicts.entry] };
  if (await folder.create(KEYS_FILE, writeKeysFile(file))) return;
  for (const [name] of files) await folder.remove(unfinished(name, creation));
}

/** Finishes a creation that was interrupted after its keys.json was there. */
async function finishCreation(folder: KeysFolder, creation: string): Promise<void> {
  for (const name of await folder.names()) {
    const [, final, owner] = /^(.+)\.([0-9a-f]{16})\.new$/.exec(name) ?? [];
    if (final !== undefined && owner === creation) await folder.rename(name, final);
  }
}

/** @param finish false: reads only, and leaves a creation that was interrupted */
export async function load(folder: KeysFolder, finish = true): Promise<Loaded> {
  const text = await folder.read(KEYS_FILE);
  if (text === undefined) throw broken(folder, KEYS_FILE, 'is missing');
  const file = parseKeysFile(folder, text);
  if (finish) await finishCreation(folder, file.creation);
  const [log, verdicts] = [currentOf(file.log), currentOf(file.verdicts)];
  return {
    text,
    file,
    log: await loadLogKey(folder, log),
    verdicts: await loadVerdictKey(folder, verdicts),
  };
}

/** The last entry. The list was checked when it was read. */
export function currentOf<Entry>(entries: readonly Entry[]): Entry {
  const entry = entries.at(-1);
  if (entry === undefined) throw new KeysError('keys.json lists no key');
  return entry;
}

async function loadLogKey(folder: KeysFolder, { origin, vkey, file }: LogEntry): Promise<LogKey> {
  const isListed = (key: Parameters<typeof rawPublicKey>[0]) =>
    key.asymmetricKeyType === 'ed25519' && formatVkey(origin, rawPublicKey(key)) === vkey;
  const key = await readPrivateKey(folder, file, isListed);
  const { name, keyId } = parseVkey(vkey);
  return {
    origin,
    vkey,
    signCheckpoint(text) {
      const signed = parseCheckpoint(text).origin;
      if (signed !== origin)
        throw new KeysError(`The key of ${origin} does not sign for ${signed}`);
      return signNote(text, { name, keyId, sign: (bytes) => sign(null, bytes, key) });
    },
  };
}

async function loadVerdictKey(
  folder: KeysFolder,
  { keyId, publicKey, file }: VerdictEntry,
): Promise<VerdictKey> {
  const key = await readPrivateKey(folder, file, (read) => hintOf(read) === keyId);
  return { keyId, publicKeyPem: publicKey, sign: (bytes) => sign('sha256', bytes, key) };
}

/** Files of a rotation that was interrupted keep their numbers. */
export async function nextNumber(folder: KeysFolder, purpose: Purpose): Promise<number> {
  const numbers = (await folder.names()).map((name) => {
    const [, of, number] = /^([a-z]+)-([0-9]{1,9})\.pem$/.exec(name) ?? [];
    return of === purpose ? Number(number) : 0;
  });
  return Math.max(...numbers, 0) + 1;
}
