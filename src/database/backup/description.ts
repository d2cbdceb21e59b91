import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { Ajv } from 'ajv';
import { hashOf } from './hash.js';

/** The backup cannot be created, read or restored. The message is for the person at the terminal. */
export class BackupError extends Error {
  override name = 'BackupError';
}

/** The file that describes a backup. It is written last: a folder without it is not a complete backup. */
export const DESCRIPTION = 'backup.json';
/** Names of `pg_basebackup` and `pg_verifybackup`. */
export const ARCHIVE = 'base.tar.gz';
export const MANIFEST = 'backup_manifest';
/** The password of the cluster, without which its data cannot be opened. */
export const PASSWORD = 'password';

const FORMAT = 1;
const file = Type.Object({
  bytes: Type.Integer({ minimum: 0 }),
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
});
const Description = Type.Object({
  format: Type.Literal(FORMAT),
  createdAt: Type.String(),
  server: Type.Object({ version: Type.String(), commit: Type.String() }),
  /** Such as `18.4`. */
  postgres: Type.String({ pattern: '^[0-9]+' }),
  /** Node's names, such as `linux` and `x64`. PostgreSQL's files depend on both. */
  platform: Type.String(),
  arch: Type.String(),
  migrations: Type.Array(Type.String()),
  /** Size of the archive before compression. */
  dataBytes: Type.Integer({ minimum: 0 }),
  files: Type.Object({ [ARCHIVE]: file, [MANIFEST]: file, [PASSWORD]: file }),
});
export type Description = Static<typeof Description>;
export type FileCheck = Static<typeof file>;

/** @throws {BackupError} if the folder is not a complete backup that this version can read */
export async function readDescription(folder: string): Promise<Description> {
  const text = await readFile(join(folder, DESCRIPTION), 'utf8').catch(() => undefined);
  if (text === undefined) {
    throw new BackupError(
      `${folder} is not a complete backup: ${DESCRIPTION} is missing. Name the folder that npm run backup printed`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw damaged(folder, `${DESCRIPTION} is not JSON`);
  }
  const format = (value as { format?: unknown } | null)?.format;
  if (typeof format === 'number' && format !== FORMAT) {
    throw new BackupError(
      `${folder} has format ${format}, and this version reads format ${FORMAT}. Use the version that created it`,
    );
  }
  if (new Ajv().compile<Description>(Description)(value)) return value;
  throw damaged(folder, `${DESCRIPTION} does not describe a backup`);
}

export function damaged(folder: string, reason: string): BackupError {
  return new BackupError(
    `the backup ${folder} is damaged: ${reason}. Nothing was changed. Use another backup`,
  );
}

/**
 * Compares the files with the description.
 * @throws {BackupError} if one is missing, truncated or changed
 */
export async function checkFiles(folder: string, { files }: Description): Promise<void> {
  const expected = Object.entries<FileCheck>(files);
  for (const [name, { bytes }] of expected) {
    const size = await stat(join(folder, name)).then(
      (found) => found.size,
      () => undefined,
    );
    if (size === undefined) throw damaged(folder, `${name} is missing`);
    if (size !== bytes) throw damaged(folder, `${name} has ${size} bytes instead of ${bytes}`);
  }
  for (const [name, { sha256 }] of expected) {
    if ((await hashOf(join(folder, name))) !== sha256)
      throw damaged(folder, `${name} was changed (SHA-256)`);
  }
}
