import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { strictBase64 } from './base64.js';
import { type Checkpoint, parseCount } from './checkpoint.js';
import { KeysError, type KeysFolder } from './keys-folder.js';
import { HASH_BYTES } from './merkle.js';
import { formatVkey, isKeyName, publicKeyOf, rawPublicKey } from './note.js';

/** What keys.json and state.json say. Times are ISO 8601. `until` is null for the key that signs now. */
export const KEYS_FILE = 'keys.json';
export const STATE_FILE = 'state.json';

interface Period {
  readonly from: string;
  readonly until: string | null;
}
export interface LogEntry extends Period {
  readonly origin: string;
  readonly file: string;
  readonly vkey: string;
}
export interface VerdictEntry extends Period {
  /** Base64 of the SHA-256 of the key as DER (SPKI): the key hint of Sigstore bundles. */
  readonly keyId: string;
  readonly file: string;
  /** PEM. Kept here, so that the private key can be deleted after a rotation. */
  readonly publicKey: string;
}
export interface KeysFile {
  /** Random. It names the files of an unfinished creation. */
  readonly creation: string;
  /** The newest is the last. */
  readonly log: readonly LogEntry[];
  readonly verdicts: readonly VerdictEntry[];
}

export type Purpose = 'log' | 'verdicts';

const HOW_TO_REPLACE = [
  'Restore it from a backup of the folder',
  'Without a backup, move keys.json, state.json and all .pem files to another folder',
  'The next start creates new keys. Then run: npm run log -- recover --reason "…"',
].join('. ');

/** @param what continues the name of the file: `is missing` */
export const broken = (folder: KeysFolder, name: string, what: string, cause?: unknown) =>
  new KeysError(`${folder.path}/${name} ${what}. ${HOW_TO_REPLACE}`, { cause });

const textOf = (value: object) => `${JSON.stringify(value, null, 2)}\n`;
export const writeKeysFile = (keys: KeysFile) => textOf(keys);
export const writeState = ({ origin, size, root }: Checkpoint) =>
  textOf({ origin, size, root: root.toString('base64') });

function parseObject(folder: KeysFolder, name: string, text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // The message of the parser quotes the file.
  }
  throw broken(folder, name, 'is broken: it is not a JSON object');
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isFileName = (value: unknown) => isText(value) && /^[a-z]+-[0-9]{1,9}\.pem$/.test(value);

function isEntry(value: unknown, own: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const entry: Record<string, unknown> = { ...value };
  const ends = entry.until === null || isText(entry.until);
  return (
    own.every((name) => isText(entry[name])) && isFileName(entry.file) && isText(entry.from) && ends
  );
}

/** @throws {KeysError} if the file is not whole */
export function parseKeysFile(folder: KeysFolder, text: string): KeysFile {
  const { creation, log, verdicts } = parseObject(folder, KEYS_FILE, text);
  const isList = (list: unknown, ...own: string[]) =>
    Array.isArray(list) &&
    list.length > 0 &&
    list.every((entry) => isEntry(entry, own)) &&
    list.every(({ until }, i) => (until === null) === (i === list.length - 1));
  const whole = isText(creation) && /^[0-9a-f]{16}$/.test(creation);
  if (!whole || !isList(log, 'origin', 'vkey') || !isList(verdicts, 'keyId', 'publicKey')) {
    throw broken(folder, KEYS_FILE, 'is broken: it does not list the keys');
  }
  return { creation, log, verdicts } as KeysFile;
}

/** @throws {KeysError} if the file is not whole */
export function parseState(folder: KeysFolder, text: string): Checkpoint {
  const { origin, size, root } = parseObject(folder, STATE_FILE, text);
  const count = typeof size === 'number' ? parseCount(String(size)) : undefined;
  const hash = isText(root) ? strictBase64(root) : undefined;
  if (!isText(origin) || count === undefined || hash?.length !== HASH_BYTES) {
    throw broken(folder, STATE_FILE, 'is broken: it does not have the last signed size and root');
  }
  return { origin, size: count, root: hash };
}

export const publicPem = (key: KeyObject) =>
  publicKeyOf(key).export({ type: 'spki', format: 'pem' }).toString();

export const hintOf = (key: KeyObject) =>
  createHash('sha256')
    .update(publicKeyOf(key).export({ type: 'spki', format: 'der' }))
    .digest('base64');

export interface NewKey<Entry> {
  readonly entry: Entry;
  /** The content of `entry.file`: the private key as PEM (PKCS #8). */
  readonly pem: string;
}

const privatePem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();

/** @throws {KeysError} if the origin cannot name a key */
export function newLogKey(origin: string, number: number, from: string): NewKey<LogEntry> {
  if (!isKeyName(origin) || origin.endsWith('/')) {
    throw new KeysError(
      `${JSON.stringify(origin)} cannot be the origin of a log. It is a URL without scheme, spaces, + and / at its end`,
    );
  }
  const { privateKey } = generateKeyPairSync('ed25519');
  const vkey = formatVkey(origin, rawPublicKey(privateKey));
  const entry = { origin, file: `log-${number}.pem`, vkey, from, until: null };
  return { entry, pem: privatePem(privateKey) };
}

export function newVerdictKey(number: number, from: string): NewKey<VerdictEntry> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const [keyId, publicKey] = [hintOf(privateKey), publicPem(privateKey)];
  const entry = { keyId, file: `verdicts-${number}.pem`, publicKey, from, until: null };
  return { entry, pem: privatePem(privateKey) };
}

/** Reads a private key. @param isListed whether it is the key that keys.json names */
export async function readPrivateKey(
  folder: KeysFolder,
  file: string,
  isListed: (key: KeyObject) => boolean,
): Promise<KeyObject> {
  const pem = await folder.read(file);
  if (pem === undefined) throw broken(folder, file, 'is missing');
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw broken(folder, file, 'is broken: it is not a private key');
  }
  if (!isListed(key)) throw broken(folder, file, 'is another key than the one in keys.json');
  return key;
}
