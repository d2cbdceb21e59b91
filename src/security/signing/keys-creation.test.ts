import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { FILES, open, useFolders } from './keys.support.js';
import { leafHash } from './merkle.js';

const { created, newFolder } = useFolders();

/** Processes that open each folder at the same time. @returns what each of them found in each folder */
async function openTogether(processes: number, folders: readonly string[]) {
  const program = fileURLToPath(new URL('open-keys.support.ts', import.meta.url));
  const children = Array.from({ length: processes }, () => {
    const child = spawn(process.execPath, ['--import', 'tsx', program], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
  });
  // The first folder shows that every process runs; then they begin each folder at the same moment.
  const found: unknown[][] = [];
  for (const folder of folders) {
    for (const { child } of children) child.stdin.write(`${folder}\n`);
    const lines = await Promise.all(children.map(({ lines }) => lines.next()));
    found.push(lines.map(({ value }) => JSON.parse(String(value))));
  }
  for (const { child } of children) child.stdin.end();
  await Promise.all(children.map(({ child }) => once(child, 'close')));
  return found;
}

describe('processes that open an empty folder at the same time', () => {
  it('end with the same keys', async () => {
    const folders = Array.from({ length: 25 }, newFolder);
    const found = await openTogether(4, folders);
    for (const [i, folder] of folders.entries()) {
      const [first, ...others] = found[i] ?? [];
      for (const other of others) expect(other).toEqual(first);
      expect((await readdir(folder)).sort()).toEqual(FILES);
      expect([(await open(folder)).list(), await (await open(folder)).lastSigned()]).toEqual([
        expect.objectContaining({ log: [expect.objectContaining({ until: null })] }),
        expect.objectContaining({ size: 0 }),
      ]);
    }
  });
});

describe('a process that was killed during the creation', () => {
  it('before keys.json: its files are not used', async () => {
    const { folder, file } = await created();
    const other = newFolder();
    await mkdir(other);
    for (const name of FILES.slice(1)) {
      await rename(file(name), join(other, `${name}.0011223344556677.new`));
    }
    const unused = await readFile(join(other, 'log-1.pem.0011223344556677.new'), 'utf8');
    await rm(folder, { recursive: true });
    await open(other);
    expect(await readFile(join(other, 'log-1.pem'), 'utf8')).not.toBe(unused);
  });

  it.each(FILES.slice(1))('after keys.json: the next one finishes %s', async (name) => {
    const { folder, keys, file } = await created();
    const { creation } = JSON.parse(await readFile(file('keys.json'), 'utf8'));
    await rename(file(name), file(`${name}.${creation}.new`));
    expect((await open(folder)).list()).toEqual(keys.list());
    expect((await readdir(folder)).sort()).toEqual(FILES);
  });

  it('in a draft: it is removed when it is older than an hour', async () => {
    const { folder, file } = await created();
    await writeFile(file('draft-1'), '');
    await writeFile(file('draft-2'), '');
    const old = new Date(Date.now() - 2 * 3_600_000);
    await utimes(file('draft-1'), old, old);
    await open(folder);
    expect((await readdir(folder)).sort()).toEqual(['draft-2', ...FILES]);
  });
});

describe('a process that was killed while it saved what was signed', () => {
  it('loses nothing that was saved, and leaves a whole file', async () => {
    const { folder } = await created();
    const program = fileURLToPath(new URL('save-signed.support.ts', import.meta.url));
    for (let round = 0; round < 5; round += 1) {
      const child = spawn(process.execPath, ['--import', 'tsx', program, folder]);
      const lines = createInterface({ input: child.stdout });
      let saved = 0;
      for await (const line of lines) {
        saved = Number(line);
        if (saved % 20 === 0) child.kill('SIGKILL');
      }
      const { size, root } = await (await open(folder)).lastSigned();
      expect(size).toBeGreaterThanOrEqual(saved);
      expect(root).toEqual(leafHash(Buffer.from(String(size))));
    }
  });
});
