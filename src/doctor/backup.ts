import type { Config } from '../config/config.js';
import { backupsOf, newestBackup } from '../database/backup/newest.js';
import { commandOf } from './commands.js';
import { type Finding, ok, unknown, warn } from './finding.js';

const HOUR_MS = 3_600_000;
const OLD_HOURS = 36;

/** The age of the newest backup. @param given the folder that the person named */
export async function checkBackup(config: Config, given?: string): Promise<Finding[]> {
  const { DATABASE_URL } = config;
  const next =
    DATABASE_URL === undefined
      ? commandOf('backup')
      : 'pg_dump -Fc: docs/runbooks/backup-and-restore.md';
  const folder = given ?? backupsOf(config);
  if (folder === undefined) return [unknown('name the folder of the dumps with --backups', next)];
  const newest = await newestBackup(folder).catch((error: NodeJS.ErrnoException) => error);
  if (newest instanceof Error && newest.code !== 'ENOENT')
    return [unknown(`${folder}: ${newest.code ?? newest.message}`, next)];
  if (newest === undefined || newest instanceof Error)
    return [warn(`${folder} has no backup`, next)];
  const hours = Math.max(0, Math.floor((Date.now() - newest) / HOUR_MS));
  const found = `the newest in ${folder} is ${hours} h old`;
  return [hours > OLD_HOURS ? warn(found, next) : ok(found)];
}
