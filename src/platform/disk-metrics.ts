import { Gauge, type Registry } from 'prom-client';
import type { Config } from '../config/config.js';
import { backupsOf, newestBackup } from '../database/backup/newest.js';
import { spaceAt } from '../database/disk-space.js';
import { paced } from '../shared/paced.js';

/** Folders of backups that are looked at, the newest names first. */
const MAX_BACKUPS = 50;

function foldersOf({ DATABASE_URL, EMBEDDED_PG_DIR, SIGNING_KEYS_DIR }: Config) {
  return [
    ...(DATABASE_URL === undefined ? [{ use: 'database', path: EMBEDDED_PG_DIR }] : []),
    ...(SIGNING_KEYS_DIR === undefined ? [] : [{ use: 'keys', path: SIGNING_KEYS_DIR }]),
  ];
}

/** The disks that this machine knows. That of another PostgreSQL is not one of them. */
function describeDisks(registers: Registry[], config: Config): void {
  const disks = foldersOf(config).map(({ use, path }) => ({
    use,
    look: paced(() => spaceAt(path)),
  }));
  const gauge = (name: string, help: string, value: 'freeBytes' | 'totalBytes') =>
    new Gauge({
      name,
      help,
      labelNames: ['use'],
      registers,
      collect() {
        this.reset();
        for (const { use, look } of disks) {
          const space = look();
          if (space) this.set({ use }, space[value]);
        }
      },
    });
  gauge('srp_disk_free_bytes', 'Room on the disk of a folder: database, keys', 'freeBytes');
  gauge('srp_disk_size_bytes', 'Size of the disk of a folder: database, keys', 'totalBytes');
}

function describeBackup(registers: Registry[], config: Config): void {
  const folder = backupsOf(config);
  const look = paced(async () => folder && newestBackup(folder, MAX_BACKUPS));
  const gauge = new Gauge({
    name: 'srp_backup_timestamp_seconds',
    help: 'When npm run backup made the newest backup, in seconds since 1970. None: not known',
    registers,
    collect() {
      const newest = look();
      if (typeof newest === 'number') this.set(newest / 1000);
      else this.remove();
    },
  });
  gauge.remove();
}

/** What files say. They are read apart from the scrape: a disk that hangs must not hold it up. */
export function describeFiles(registers: Registry[], config: Config): void {
  describeDisks(registers, config);
  describeBackup(registers, config);
}
