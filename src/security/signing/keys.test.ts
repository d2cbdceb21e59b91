import { createHash, createPublicKey, verify } from 'node:crypto';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { formatCheckpoint, openCheckpoint } from './checkpoint.js';
import { openKeys } from './keys.js';
import { checkpointOf, FILES, failure, ORIGIN, open, useFolders } from './keys.support.js';
import { EMPTY_ROOT, leafHash } from './merkle.js';
import { parseVkey } from './note.js';

const { created, newFolder } = useFolders();
const root = leafHash(Buffer.from('root'));
const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

describe('openKeys', () => {
  it('creates a folder that only its user can read, with two keys and nothing signed', async () => {
    const { folder, keys, file } = await created();
    expect((await readdir(folder)).sort()).toEqual(FILES);
    expect(await modeOf(folder)).toBe(0o700);
    for (const name of FILES) expect(await modeOf(file(name))).toBe(0o600);
    expect(await keys.lastSigned()).toEqual({ origin: ORIGIN, size: 0, root: EMPTY_ROOT });
    expect(keys.list()).toEqual({
      log: [{ origin: ORIGIN, vkey: keys.log.vkey, from: expect.any(String), until: null }],
      verdicts: [
        {
          keyId: keys.verdicts.keyId,
          publicKey: keys.verdicts.publicKeyPem,
          from: expect.any(String),
          until: null,
        },
      ],
    });
  });

  it('finds the same keys again, and does not ask for an origin', async () => {
    const { folder, keys } = await created();
    const again = await openKeys(folder, () => expect.unreachable());
    expect(again.list()).toEqual(keys.list());
  });

  it('refuses an origin that cannot name a key, and creates nothing', async () => {
    const folder = newFolder();
    for (const origin of ['', 'a b', 'a+b', 'srp.example/']) {
      expect(await failure(openKeys(folder, () => origin))).toContain('cannot be the origin');
    }
    expect(await readdir(folder)).toEqual([]);
  });

  it('signs checkpoints of its log with the key that it lists', async () => {
    const { keys } = await created();
    const note = keys.log.signCheckpoint(formatCheckpoint(checkpointOf(keys)));
    expect(openCheckpoint(note, parseVkey(keys.log.vkey))).toEqual(checkpointOf(keys));
    expect(keys.log.signCheckpoint(formatCheckpoint(checkpointOf(keys)))).toBe(note);
    const other = formatCheckpoint({ origin: 'srp.invalid/other', size: 1, root });
    expect(() => keys.log.signCheckpoint(other)).toThrow('does not sign for srp.invalid/other');
  });

  it('signs verdicts with ECDSA P-256, and its key id is the hint of Sigstore bundles', async () => {
    const { publicKeyPem, keyId, sign } = (await created()).keys.verdicts;
    const key = createPublicKey(publicKeyPem);
    expect(key.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    const der = key.export({ type: 'spki', format: 'der' });
    expect(keyId).toBe(createHash('sha256').update(der).digest('base64'));
    const bytes = Buffer.from('verdict');
    expect(verify('sha256', bytes, key, sign(bytes))).toBe(true);
  });
});

describe('saveSigned', () => {
  it('is what every process reads next, and leaves no other files', async () => {
    const { folder, keys, file } = await created();
    const other = await open(folder);
    await keys.saveSigned(checkpointOf(keys, 70_000));
    expect(await other.lastSigned()).toEqual(checkpointOf(keys, 70_000));
    expect(JSON.parse(await readFile(file('state.json'), 'utf8'))).toEqual({
      origin: ORIGIN,
      size: 70_000,
      root: root.toString('base64'),
    });
    expect((await readdir(folder)).sort()).toEqual(FILES);
    expect(await modeOf(file('state.json'))).toBe(0o600);
  });

  it('does not go back, and does not take two roots of one size', async () => {
    const { keys } = await created();
    await keys.saveSigned(checkpointOf(keys, 5));
    await keys.saveSigned(checkpointOf(keys, 5));
    expect(await failure(keys.saveSigned(checkpointOf(keys, 4)))).toContain('size 5 of');
    const beside = { ...checkpointOf(keys, 5), root: EMPTY_ROOT };
    expect(await failure(keys.saveSigned(beside))).toContain('Another tree of size 5 is refused');
    expect(await keys.lastSigned()).toEqual(checkpointOf(keys, 5));
  });
});

describe('rotate', () => {
  it('of the log: the origin stays, the old key is announced to, then ends', async () => {
    const { folder, keys } = await created();
    const old = keys.log.vkey;
    let announced = '';
    await keys.rotate('log', async (next) => {
      announced = next;
      expect(keys.log.vkey).toBe(old);
      expect((await open(folder)).log.vkey).toBe(old);
    });
    expect(keys.log).toMatchObject({ origin: ORIGIN, vkey: announced });
    expect(announced).not.toBe(old);
    const [first, second] = keys.list().log;
    expect(first).toMatchObject({ vkey: old, until: second?.from });
    expect(second).toMatchObject({ vkey: announced, until: null });
    expect((await open(folder)).list()).toEqual(keys.list());
    expect(await modeOf(join(folder, 'log-2.pem'))).toBe(0o600);
  });

  it('of verdicts: the old public key stays listed, and its private key may be deleted', async () => {
    const { folder, keys, file } = await created();
    const old = keys.verdicts.publicKeyPem;
    await keys.rotate('verdicts');
    await rm(file('verdicts-1.pem'));
    const opened = await open(folder);
    expect(opened.list().verdicts.map(({ publicKey }) => publicKey)).toEqual([
      old,
      keys.verdicts.publicKeyPem,
    ]);
    expect(opened.log.vkey).toBe(keys.log.vkey);
  });

  it('keeps the old key if it could not be announced', async () => {
    const { folder, keys } = await created();
    const before = keys.list();
    const announcing = keys.rotate('log', () => Promise.reject(new Error('no database')));
    await expect(announcing).rejects.toThrow('no database');
    expect(keys.list()).toEqual(before);
    expect((await readdir(folder)).sort()).toEqual(FILES);
  });

  it('is seen by other processes that ask', async () => {
    const { folder, keys } = await created();
    const server = await open(folder);
    expect(await server.refresh()).toBe(false);
    await keys.rotate('log');
    expect(await server.refresh()).toBe(true);
    expect(server.log.vkey).toBe(keys.log.vkey);
    expect(await server.refresh()).toBe(false);
  });

  it('is refused during another one, and says what to do if that was killed', async () => {
    const { folder, keys, file } = await created();
    let message = '';
    await keys.rotate('log', async () => {
      message = await failure((await open(folder)).rotate('verdicts'));
    });
    expect(message).toMatch(/are being changed by process \d+ on .* delete .*keys\.lock/);
    await writeFile(file('keys.lock'), '', { mode: 0o600 });
    expect(await failure(keys.rotate('log'))).toContain(`delete ${file('keys.lock')}`);
    await rm(file('keys.lock'));
    await writeFile(file('log-9.pem'), '', { mode: 0o600 });
    await keys.rotate('log');
    expect((await readdir(folder)).sort()).toContain('log-10.pem');
  });
});

describe('beginLog', () => {
  it('begins another log with nothing signed, and keeps the key of the old one', async () => {
    const { folder, keys } = await created();
    await keys.saveSigned(checkpointOf(keys, 9));
    const old = keys.log.vkey;
    await keys.beginLog('srp.invalid/new');
    expect(await keys.lastSigned()).toEqual({
      origin: 'srp.invalid/new',
      size: 0,
      root: EMPTY_ROOT,
    });
    const opened = await open(folder);
    expect(opened.log.origin).toBe('srp.invalid/new');
    expect(opened.list().log.map(({ origin, vkey }) => [origin, vkey])).toEqual([
      [ORIGIN, old],
      ['srp.invalid/new', keys.log.vkey],
    ]);
  });

  it('works after state.json was lost', async () => {
    const { keys, file } = await created();
    await rm(file('state.json'));
    await keys.beginLog('srp.invalid/new');
    expect((await keys.lastSigned()).size).toBe(0);
  });
});

describe('private keys', () => {
  it('are in no text of the keys, and in no message', async () => {
    const { folder, keys, file } = await created();
    const pems = await Promise.all(FILES.map((name) => readFile(file(name), 'utf8')));
    const secrets = pems
      .filter((pem) => pem.includes('PRIVATE KEY'))
      .map((pem) => pem.split('\n')[1] ?? '');
    expect(secrets).toHaveLength(2);
    await writeFile(file('keys.json'), pems[1] ?? '');
    const message = await open(folder).catch((error: unknown) => inspect(error, { depth: 9 }));
    const shown = [
      inspect(keys, { depth: 9, showHidden: true }),
      JSON.stringify(keys),
      message,
    ].join();
    for (const secret of secrets) expect(shown).not.toContain(secret.slice(0, 20));
  });
});
