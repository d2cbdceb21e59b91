import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { databaseAccess } from './access.js';
import { keepPassword } from './role/password.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'srp-access-'));
});
afterEach(() => rm(folder, { recursive: true }));

const OWNER = 'postgresql://postgres:owner@db:5432/srp?schema=app';
const WITHOUT_PASSWORD = 'postgresql://srp_server:@db:5432/srp?schema=app';

describe('as whom a program uses the database', () => {
  it('the embedded one: as srp_server, with the kept password', async () => {
    const access = await databaseAccess({ SIGNING_KEYS_DIR: folder }, OWNER);
    const password = await keepPassword(folder);
    const url = `postgresql://srp_server:${password}@db:5432/srp?schema=app`;
    expect(access).toEqual({ url, ownerUrl: OWNER });
  });

  it('with both URLs: as srp_server, with a kept password if the URL has none', async () => {
    const settings = { MIGRATION_DATABASE_URL: OWNER, SIGNING_KEYS_DIR: folder };
    const first = await databaseAccess({ ...settings, DATABASE_URL: WITHOUT_PASSWORD });
    const password = await keepPassword(folder);
    const url = `postgresql://srp_server:${password}@db:5432/srp?schema=app`;
    expect(first).toEqual({ url, ownerUrl: OWNER });
    // A server beside it, or a program, without the owner.
    const alone = { DATABASE_URL: WITHOUT_PASSWORD, SIGNING_KEYS_DIR: folder };
    expect(await databaseAccess(alone)).toEqual({ url });
  });

  it.each([
    ['a password', 'postgresql://srp_server:own@db/srp'],
    ['another role', 'postgresql://app@db/srp'],
    ['no role', 'postgresql://db/srp'],
  ])('with a URL that has %s: unchanged, and no file is made', async (_what, url) => {
    const settings = { DATABASE_URL: url, SIGNING_KEYS_DIR: folder };
    expect(await databaseAccess(settings)).toEqual({ url });
    expect(await readdir(folder)).toEqual([]);
  });

  it('without the owner, no password is made', async () => {
    const alone = { DATABASE_URL: WITHOUT_PASSWORD, SIGNING_KEYS_DIR: folder };
    expect(await databaseAccess(alone)).toEqual({ url: WITHOUT_PASSWORD });
    expect(await readdir(folder)).toEqual([]);
  });
});
