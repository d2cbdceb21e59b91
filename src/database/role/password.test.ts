import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepPassword, readPassword } from './password.js';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'srp-password-'));
});
afterEach(() => rm(root, { recursive: true }));

describe('the password of the role', () => {
  it('is made once, also by several at the same time, for its owner only', async () => {
    const folder = join(root, 'keys');
    expect(await readPassword(folder)).toBeUndefined();
    const made = new Set(await Promise.all([1, 2, 3, 4].map(() => keepPassword(folder))));
    expect(made.size).toBe(1);
    expect([...made][0]).toMatch(/^[\w-]{32}$/);
    expect(await keepPassword(folder)).toBe([...made][0]);
    expect(await readdir(folder)).toEqual(['database-password']);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, 'database-password'))).mode & 0o777).toBe(0o600);
  });

  it.each(['', 'short', 'a'.repeat(31).concat('!')])(
    'is not taken from a damaged file: %j',
    async (text) => {
      await writeFile(join(root, 'database-password'), text);
      await expect(keepPassword(root)).rejects.toThrow(/has no valid password. Delete the file/);
    },
  );

  it('says where it cannot be written', async () => {
    await writeFile(join(root, 'file'), '');
    await expect(keepPassword(join(root, 'file'))).rejects.toThrow(
      /^cannot (read|write) the password of the database role .*\((ENOTDIR|EEXIST)\)/,
    );
  });
});
