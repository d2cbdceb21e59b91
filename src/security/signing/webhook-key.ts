import { createHash, hkdfSync, randomBytes } from 'node:crypto';
import { KeysError, type KeysFolder, openFolder } from './keys-folder.js';
import { SECRET_BYTES } from './standard-webhooks.js';

/** In the folder of the private keys: 32 random bytes, as hexadecimal digits. */
const FILE = 'webhooks.key';
const KEY_BYTES = 32;
/** Names what the key is used for (RFC 5869, `info`). */
const PURPOSE = 'srp webhook secret v1';

/** The key from which the secrets of webhooks are derived, so that the database has none of them. */
export interface WebhookKey {
  /** 16 hexadecimal digits that tell keys apart, and nothing about the key. */
  readonly id: string;
  /**
   * The secret of a webhook.
   * @param salt 32 random bytes, new for each secret
   */
  secretOf(webhookId: string, salt: Uint8Array): Buffer;
}

export interface WebhookKeyFile {
  /** Reads the file each time, because instances share it. @returns undefined if it does not exist */
  read(): Promise<WebhookKey | undefined>;
  /** Creates the key if it does not exist. Processes that do so at the same time get the same key. */
  ensure(): Promise<WebhookKey>;
}

function keyOf(bytes: Buffer): WebhookKey {
  return {
    id: createHash('sha256').update('srp webhook key id').update(bytes).digest('hex').slice(0, 16),
    secretOf: (webhookId, salt) =>
      Buffer.from(hkdfSync('sha256', bytes, salt, `${PURPOSE} ${webhookId}`, SECRET_BYTES)),
  };
}

function parse({ path }: KeysFolder, text: string): WebhookKey {
  if (!/^[0-9a-f]{64}\n?$/.test(text)) {
    throw new KeysError(
      `${path}/${FILE} is broken. Restore it from a backup of the folder. ` +
        'Without a backup, delete it, and rotate the secret of each webhook',
    );
  }
  return keyOf(Buffer.from(text.trim(), 'hex'));
}

async function read(folder: KeysFolder): Promise<WebhookKey | undefined> {
  const text = await folder.read(FILE);
  return text === undefined ? undefined : parse(folder, text);
}

/** Reads the key, and changes nothing in the folder. @throws {KeysError} */
export const inspectWebhookKey = async (path: string) => read(await openFolder(path, true));

/**
 * The file of the key in the folder of the keys. Opens nothing before it is used.
 * @throws {KeysError} by its functions, with the file and what to do
 */
export function webhookKeyFile(path: string): WebhookKeyFile {
  return {
    read: async () => read(await openFolder(path)),
    async ensure() {
      const folder = await openFolder(path);
      const existing = await read(folder);
      if (existing) return existing;
      await folder.create(FILE, `${randomBytes(KEY_BYTES).toString('hex')}\n`);
      const created = await read(folder);
      if (!created) throw new KeysError(`${path}/${FILE} was deleted by another program`);
      return created;
    },
  };
}
