import { chmod, chown, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkpointOf, FILES, failure, ORIGIN, open, useFolders } from './keys.support.js';
import { EMPTY_ROOT } from './merkle.js';

const { created, newFolder } = useFolders();

describe('a folder that is broken', () => {
  it.each(FILES)('%s is missing: the error names it, and nothing is created', async (name) => {
    const { folder, file } = await created();
    await rm(file(name));
    const before = (await readdir(folder)).sort();
    const message = await failure(open(folder).then((keys) => keys.lastSigned()));
    expect(message).toContain(`${file(name)} is missing`);
    expect(message).toContain('Restore it from a backup of the folder');
    expect(message).toContain('npm run log -- recover');
    expect((await readdir(folder)).sort()).toEqual(before);
  });

  it.each(
    FILES.flatMap((name) => ['', 'half', '{}', '[]', '"a"'].map((text) => [name, text] as const)),
  )('%s is %j: the error names it, and nothing is changed', async (name, text) => {
    const { folder, file } = await created();
    const whole = await readFile(file(name), 'utf8');
    const content = text === 'half' ? whole.slice(0, whole.length / 2) : text;
    await writeFile(file(name), content);
    const message = await failure(open(folder).then((keys) => keys.lastSigned()));
    expect(message).toContain(`${file(name)} is broken`);
    expect(await readFile(file(name), 'utf8')).toBe(content);
    expect((await readdir(folder)).sort()).toEqual(FILES);
  });

  it.each(['log-1.pem', 'verdicts-1.pem'])('%s is a key of another folder', async (name) => {
    const [one, two] = [await created(), await created()];
    await writeFile(one.file(name), await readFile(two.file(name)));
    expect(await failure(open(one.folder))).toContain('is another key than the one in keys.json');
    const swapped = name === 'log-1.pem' ? 'verdicts-1.pem' : 'log-1.pem';
    await writeFile(one.file(name), await readFile(one.file(swapped)));
    expect(await failure(open(one.folder))).toContain('is another key than the one in keys.json');
  });

  it('keys.json has a file outside the folder', async () => {
    const { folder, file } = await created();
    const text = await readFile(file('keys.json'), 'utf8');
    await writeFile(file('keys.json'), text.replace('log-1.pem', '../log-1.pem'));
    expect(await failure(open(folder))).toContain('keys.json is broken');
  });

  it.each([
    [{ size: -1 }],
    [{ size: 1.5 }],
    [{ size: '1' }],
    [{ root: 'AAAA' }],
    [{ root: EMPTY_ROOT.toString('base64url') }],
    [{ origin: '' }],
  ])('state.json has %j', async (wrong) => {
    const { keys, file } = await created();
    const state = { origin: ORIGIN, size: 0, root: EMPTY_ROOT.toString('base64'), ...wrong };
    await writeFile(file('state.json'), JSON.stringify(state));
    expect(await failure(keys.lastSigned())).toContain('state.json is broken');
    expect(await failure(keys.saveSigned(checkpointOf(keys)))).toContain('state.json is broken');
  });

  it('every user can read a key or write into the folder', async () => {
    const { folder, file } = await created();
    await chmod(file('log-1.pem'), 0o604);
    expect(await failure(open(folder))).toContain(`Run: chmod 600 ${file('log-1.pem')}`);
    await chmod(file('log-1.pem'), 0o660);
    await open(folder);
    await chmod(folder, 0o777);
    expect(await failure(open(folder))).toContain(`Run: chmod 700 ${folder}`);
  });

  it('its path is a file', async () => {
    const path = newFolder();
    await writeFile(path, '');
    expect(await failure(open(path))).toMatch(/Cannot create .*: a file has this name/);
    expect(await failure(open(join(path, 'keys')))).toMatch(/a part of the path is a file/);
  });
});

const NOBODY = 65_534;
/** Root may do everything, so its tests act as another user. */
async function without<T>(rights: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return rights();
  process.seteuid?.(NOBODY);
  return rights().finally(() => process.seteuid?.(0));
}

describe('rights on the folder', () => {
  it('none: the error says whose it is and what to run', async () => {
    const { folder } = await created();
    await chmod(folder, process.getuid?.() === 0 ? 0o700 : 0o000);
    const message = await failure(without(() => open(folder)));
    await chmod(folder, 0o700);
    expect(message).toContain(`Cannot list ${folder}: `);
    expect(message).toMatch(
      /it belongs to user \d+, and this process runs as user 65534\. Run: chown -R 65534|permission denied/,
    );
  });

  it('to read only: the keys sign, and what is signed cannot be saved', async () => {
    const { folder, keys } = await created();
    if (process.getuid?.() === 0) {
      for (const name of ['', ...FILES]) await chown(join(folder, name), NOBODY, NOBODY);
    }
    await chmod(folder, 0o500);
    const [vkey, message] = await without(async () => {
      const opened = await open(folder);
      return [opened.log.vkey, await failure(opened.saveSigned(checkpointOf(opened)))];
    });
    expect(vkey).toBe(keys.log.vkey);
    expect(message).toContain(`Cannot write ${folder}/state.json: permission denied`);
    expect(message).toContain(`chmod -R u+rwX ${folder}`);
    expect((await keys.lastSigned()).size).toBe(0);
    await chmod(folder, 0o700);
  });

  it('to read an empty folder only: no keys, and the error says why', async () => {
    const folder = newFolder();
    await mkdir(folder, { mode: 0o500 });
    if (process.getuid?.() === 0) await chown(folder, NOBODY, NOBODY);
    const message = await failure(without(() => open(folder)));
    expect(message).toMatch(/^Cannot create .*: permission denied\. Run: chmod/);
    expect(await readdir(folder)).toEqual([]);
  });
});
