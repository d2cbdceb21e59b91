import { lchown, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { launcher } from './embedded.js';

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Who must own the files in the folder of a cluster. undefined: the user of this process. */
export function ownerOfFiles(dir: string): Owner | undefined {
  const { uid, gid } = launcher(dir).identity;
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

/** Makes someone the owner of a folder and all that is in it. */
export async function giveTo({ uid, gid }: Owner, folder: string): Promise<void> {
  await lchown(folder, uid, gid);
  for (const name of await readdir(folder, { recursive: true }))
    await lchown(join(folder, name), uid, gid);
}
