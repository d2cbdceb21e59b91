import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const mount = (folder: string, size: string) =>
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { stdio: 'pipe' });
const unmount = (folder: string) => execFileSync('umount', ['-l', folder], { stdio: 'pipe' });

/** Whether this user may mount a file system in memory. Mostly only root may. */
export function mayMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'srp-mount-'));
  try {
    mount(folder, '1m');
    unmount(folder);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const MIB = Buffer.alloc(1024 * 1024);
const PAGE = Buffer.alloc(4096);

/** Moves a folder to a file system of a fixed size, which can become full. */
export function onSmallDisk(folder: string, size: string) {
  const original = `${folder}.original`;
  renameSync(folder, original);
  mkdirSync(folder, { mode: 0o700 });
  mount(folder, size);
  execFileSync('cp', ['-a', `${original}/.`, folder]);
  const filler = join(folder, 'filler');
  return {
    /** Leaves no byte free. */
    fill() {
      const file = openSync(filler, 'a');
      for (const piece of [MIB, PAGE]) {
        try {
          for (;;) writeSync(file, piece);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        }
      }
      closeSync(file);
    },
    free: () => rmSync(filler, { force: true }),
    /** Call it when nothing uses the folder. */
    remove: () => unmount(folder),
  };
}
