import { userInfo } from 'node:os';
import { type Config, loadConfig, loadDotEnv } from './config/config.js';
import { databaseAccess } from './database/access.js';
import { type Database, openDatabase } from './database/client.js';
import { joinEmbedded } from './database/embedded/join.js';
import { prepareDatabase } from './database/prepare.js';
import { newOrigin } from './features/transparency/index.js';
import { type Keys, openKeys } from './security/signing/keys.js';

/** What a program works with. */
export interface Opened {
  readonly config: Config;
  readonly database: Database;
  /** undefined: no folder for keys is set. */
  readonly keys: Keys | undefined;
}

/** The name of the user, or the id if it has no name, which is common in containers. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid:${process.getuid?.()}`;
  }
}

/**
 * Runs work with the database and the keys of the server. The server can run or not.
 * @param statementTimeoutMs default: that of the server
 */
export async function withDatabase<Result>(
  work: (opened: Opened) => Promise<Result>,
  { statementTimeoutMs }: { readonly statementTimeoutMs?: number } = {},
): Promise<Result> {
  loadDotEnv();
  const config = loadConfig();
  const embedded = config.DATABASE_URL ? undefined : joinEmbedded(config);
  try {
    const access = await databaseAccess(config, await embedded?.ready);
    await prepareDatabase(access, {
      // A newer program must not migrate the database of a running server.
      apply: embedded !== undefined,
      connectTimeoutMs: config.DATABASE_CONNECT_TIMEOUT_MS,
    });
    const { SIGNING_KEYS_DIR: dir } = config;
    const keys = dir === undefined ? undefined : await openKeys(dir, () => newOrigin(config));
    // Erasing, and the reasons that a person gives, are the owner's.
    const DATABASE_STATEMENT_TIMEOUT_MS =
      statementTimeoutMs ?? config.DATABASE_STATEMENT_TIMEOUT_MS;
    const settings = { ...config, DATABASE_STATEMENT_TIMEOUT_MS };
    const database = openDatabase(access.ownerUrl ?? access.url, settings);
    try {
      return await work({ config, database, keys });
    } finally {
      await database.close();
    }
  } finally {
    await embedded?.stop();
  }
}
