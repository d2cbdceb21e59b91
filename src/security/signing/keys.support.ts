import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { type Keys, KeysError, openKeys } from './keys.js';
import { leafHash } from './merkle.js';

export const ORIGIN = 'srp.invalid/0011223344556677';
export const FILES = ['keys.json', 'log-1.pem', 'state.json', 'verdicts-1.pem'];
const root = leafHash(Buffer.from('root'));

export const open = (folder: string) => openKeys(folder, () => ORIGIN);
export const checkpointOf = (keys: Keys, size = 1) => ({ origin: keys.log.origin, size, root });

/** The message with which the work fails. */
export const failure = (work: Promise<unknown>) =>
  work.then(
    () => 'no failure',
    (error: unknown) => (error instanceof KeysError ? error.message : `not a KeysError: ${error}`),
  );

/** Folders for keys, which are deleted after the tests of the file. */
export function useFolders() {
  let parent = '';
  let number = 0;
  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'srp-keys-'));
    await chmod(parent, 0o755);
  });
  afterAll(() => rm(parent, { recursive: true }));
  const newFolder = () => {
    number += 1;
    return join(parent, `folder-${number}`);
  };
  return {
    newFolder,
    async created() {
      const folder = newFolder();
      const keys = await open(folder);
      return { folder, keys, file: (name: string) => join(folder, name) };
    },
  };
}
