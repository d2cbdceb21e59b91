import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface DiskSpace {
  readonly freeBytes: number;
  readonly totalBytes: number;
  /** Files that can still be created. undefined: the file system does not count files. */
  readonly files: number | undefined;
}

/** The space that a user has, at the folder or at the nearest one above it. */
export async function spaceAt(path: string): Promise<DiskSpace> {
  const found = await statfs(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' || dirname(path) === path) throw error;
    return undefined;
  });
  if (!found) return spaceAt(dirname(path));
  const { bavail, blocks, bsize, files, ffree } = found;
  return {
    freeBytes: bavail * bsize,
    totalBytes: blocks * bsize,
    files: files === 0 ? undefined : ffree,
  };
}
