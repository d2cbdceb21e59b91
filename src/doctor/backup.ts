import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from '../config/config.js';
import { DESCRIPTION, readDescription } from '../database/backup/description.js';
import { commandOf } from './commands.js';
import { type Finding, ok, unknown, warn } from './finding.js';

const HOUR_MS = 3_600_000;
const OLD_HOURS = 36;

/** When the backup in this folder, or this dump, was made. undefined: it is not one. */
async function timeOf(path: string): Promise<number | undefined> {
  const found = await stat(path);
  if (found.isFile())
    return /\.(?:dump|backup|sql|sql\.gz)$/.test(path) ? found.mtimeMs : undefined;
  const described = await readDescription(path).catch(() => undefined);
  return described && Date.parse(described.createdAt);
}

async function newestIn(folder: string): Promise<number | undefined> {
  const names = await readdir(folder);
  if (names.includes(DESCRIPTION)) return timeOf(folder);
  const times = await Promise.all(
    names.map((name) => timeOf(join(folder, name)).catch(() => undefined)),
  );
  const known = times.filter((time) => time !== undefined);
  return known.length > 0 ? Math.max(...known) : undefined;
}

/** The age of the newest backup. @param given the folder that the person named */
export async function checkBackup(config: Config, given?: string): Promise<Finding[]> {
  const { DATABASE_URL, EMBEDDED_PG_DIR } = config;
  const next =
    DATABASE_URL === undefined
      ? commandOf('backup')
      : 'pg_dump -Fc: docs/runbooks/backup-and-restore.md';
  const folder =
    given ?? (DATABASE_URL === undefined ? join(dirname(EMBEDDED_PG_DIR), 'backups') : undefined);
  if (folder === undefined) return [unknown('name the folder of the dumps with --backups', next)];
  const newest = await newestIn(folder).catch((error: NodeJS.ErrnoException) => error);
  if (newest instanceof Error && newest.code !== 'ENOENT')
    return [unknown(`${folder}: ${newest.code ?? newest.message}`, next)];
  if (newest === undefined || newest instanceof Error)
    return [warn(`${folder} has no backup`, next)];
  const hours = Math.max(0, Math.floor((Date.now() - newest) / HOUR_MS));
  const found = `the newest in ${folder} is ${hours} h old`;
  return [hours > OLD_HOURS ? warn(found, next) : ok(found)];
}
