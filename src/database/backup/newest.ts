import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from '../../config/config.js';
import { DESCRIPTION, readDescription } from './description.js';

/** Where `npm run backup` puts backups by itself. undefined: it does not back up this database. */
export const backupsOf = ({ DATABASE_URL, EMBEDDED_PG_DIR }: Config): string | undefined =>
  DATABASE_URL === undefined ? join(dirname(EMBEDDED_PG_DIR), 'backups') : undefined;

/** When the backup in this folder, or this dump, was made. undefined: it is not one. */
async function timeOf(path: string): Promise<number | undefined> {
  const found = await stat(path);
  if (found.isFile())
    return /\.(?:dump|backup|sql|sql\.gz)$/.test(path) ? found.mtimeMs : undefined;
  const described = await readDescription(path).catch(() => undefined);
  return described && Date.parse(described.createdAt);
}

/**
 * When the newest backup in a folder was made, in milliseconds since 1970. undefined: there is none.
 * @param atMost how many entries are looked at, the last names first: `npm run backup` names folders by their time
 */
export async function newestBackup(
  folder: string,
  atMost = Number.POSITIVE_INFINITY,
): Promise<number | undefined> {
  const names = await readdir(folder);
  if (names.includes(DESCRIPTION)) return timeOf(folder);
  const last = names.sort().reverse().slice(0, atMost);
  const times = await Promise.all(
    last.map((name) => timeOf(join(folder, name)).catch(() => undefined)),
  );
  const known = times.filter((time) => time !== undefined);
  return known.length > 0 ? Math.max(...known) : undefined;
}
