import { type Config, ConfigError } from '../config/config.js';
import { keepPassword, readPassword } from './role/password.js';
import { SERVER_ROLE } from './server-role.js';

/** As whom this program uses the database. The URLs have passwords: never log them. */
export interface DatabaseAccess {
  /** The URL of the server. */
  readonly url: string;
  /** The URL of the owner, who migrates and grants. undefined: the credentials are not there. */
  readonly ownerUrl?: string;
}

type AccessSettings = Pick<Config, 'DATABASE_URL' | 'MIGRATION_DATABASE_URL' | 'SIGNING_KEYS_DIR'>;

const withLogin = (url: string, username: string, password: string) =>
  Object.assign(new URL(url), { username, password }).href;

/** The server's URL, with the kept password if it has none. */
async function withPassword(url: string, folder: string | undefined, ownerIsThere: boolean) {
  const { username, password } = new URL(url);
  if (password !== '' || username !== SERVER_ROLE || folder === undefined) return url;
  const kept = ownerIsThere ? await keepPassword(folder) : await readPassword(folder);
  return kept === undefined ? url : withLogin(url, username, kept);
}

/**
 * Finds out as whom to use the database. In the embedded one the server has a role whose password is kept in the folder
 * of the private keys. In any other, `DATABASE_URL` names the role.
 * @param embeddedUrl the owner's URL of the embedded database, if that is used
 * @throws {ConfigError} if the settings name the same role twice, or none
 * @throws {SchemaError} if the password cannot be kept
 */
export async function databaseAccess(
  { DATABASE_URL, MIGRATION_DATABASE_URL: ownerUrl, SIGNING_KEYS_DIR: folder }: AccessSettings,
  embeddedUrl?: string,
): Promise<DatabaseAccess> {
  if (DATABASE_URL === undefined) {
    if (embeddedUrl === undefined || folder === undefined)
      throw new ConfigError('DATABASE_URL is not set');
    const password = await keepPassword(folder);
    return { url: withLogin(embeddedUrl, SERVER_ROLE, password), ownerUrl: embeddedUrl };
  }
  const url = await withPassword(DATABASE_URL, folder, ownerUrl !== undefined);
  if (ownerUrl === undefined) return { url };
  const { username } = new URL(url);
  if (username === '' || username === new URL(ownerUrl).username) {
    throw new ConfigError(
      `DATABASE_URL must name another role than MIGRATION_DATABASE_URL, such as postgresql://${SERVER_ROLE}:password@…`,
    );
  }
  return { url, ownerUrl };
}
