import { cp, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkContents } from '../../src/database/backup/contents.js';
import { hashOf } from '../../src/database/backup/hash.js';
import { ask } from '../support/answers.js';
import { besides, digests, onCluster, runBuilt } from '../support/backup.js';
import { useEmbedded } from '../support/embedded.js';
import { runProgram, stop } from '../support/process.js';

/** Backups of the embedded database while no one writes. `test/slow/backup.test.ts` writes at the same time. */
const embedded = useEmbedded();

const backupFolder = () => besides(embedded.folder, 'backup');
const backup = (...args: string[]) => runBuilt('backup', embedded.env, ...args);
const restore = (...args: string[]) => runBuilt('restore', embedded.env, ...args);
/** The settings of an embedded database that does not exist yet. */
const elsewhere = () => ({ ...embedded.env, EMBEDDED_PG_DIR: besides(embedded.folder, 'new') });
const missing = (path: string) =>
  stat(path).then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
  );

async function createProject(url: string, name: string) {
  const { status, body } = await ask(`${url}/projects`, { method: 'POST', json: { name } });
  expect(status).toBe(201);
  return body;
}

const liveDigests = async () => {
  const client = await embedded.connect();
  return digests(client).finally(() => client.end());
};

/** Every event is in the log, and its checkpoint is published: nothing is written any more. */
async function isLogged(): Promise<boolean> {
  const client = await embedded.connect();
  const { rowCount } = await client.query(
    `SELECT 1 FROM logs l JOIN log_checkpoints c ON c.log_id = l.id AND c.size = l.size
      WHERE NOT EXISTS (SELECT 1 FROM log_queue)`,
  );
  await client.end();
  return rowCount === 1;
}

describe('npm run backup and npm run restore', () => {
  it('bring every row and every sequence back, and keep the replaced database', async () => {
    const server = await embedded.start();
    await createProject(server.url, 'Before');
    await expect.poll(async () => (await liveDigests()).event_imports).toMatch(/^0 /); // the job is done
    await expect.poll(isLogged).toBe(true);
    const saved = await liveDigests();
    const made = await backup(backupFolder());
    expect(made.code, made.output).toBe(0);
    expect(made.output.trimEnd().split('\n').at(-1)).toBe(backupFolder());
    expect(made.output).toMatch(
      /complete and read back: [\d.]+ MB, unpacked [\d.]+ MB\. PostgreSQL 18/,
    );
    expect(await liveDigests()).toEqual(saved);
    await createProject(server.url, 'After');

    const used = await restore(backupFolder(), '--replace');
    expect(used.code).toBe(1);
    expect(used.output).toMatch(
      /^restore: PostgreSQL \(process \d+\) uses .* Nothing was changed\. Stop/,
    );
    await stop(server);
    const refused = await restore(backupFolder());
    expect(refused.code).toBe(1);
    expect(refused.output).toMatch(/already has a database\. Nothing was changed\. .*--replace/);
    const changed = await onCluster(embedded.folder, digests);
    expect(changed.projects).toMatch(/^2 /);

    const done = await restore(backupFolder(), '--replace');
    expect(done.code, done.output).toBe(0);
    expect(done.output).toMatch(/restored the backup of 20.*: projects 1, releases 0, evidence 0/);
    expect(await onCluster(embedded.folder, digests)).toEqual(saved);
    const [, replaced = ''] = /the replaced database is in (\S+)\./.exec(done.output) ?? [];
    expect(await onCluster(replaced, digests)).toEqual(changed);

    const again = await embedded.start();
    expect((await fetch(`${again.url}/health/ready`)).status).toBe(200);
    expect(await createProject(again.url, 'Next')).toMatchObject({ id: 2 });
  });

  it('create files that only their owner can read, and leave no other', async () => {
    const made = await backup(backupFolder()); // the server does not run
    expect(made.code, made.output).toBe(0);
    const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);
    expect(await modeOf(backupFolder())).toBe('700');
    const names = await readdir(backupFolder());
    expect(names.sort()).toEqual(['backup.json', 'backup_manifest', 'base.tar.gz', 'password']);
    for (const name of names) expect(await modeOf(join(backupFolder(), name))).toBe('600');
    expect((await restore(backupFolder(), '--replace')).code).toBe(0);
    expect(await modeOf(join(embedded.folder, 'password'))).toBe('600');
    expect(await modeOf(join(embedded.folder, 'data'))).toBe('700');
    const left = await readdir(besides(embedded.folder, ''));
    expect(left.sort()).toEqual(['backup', 'keys', 'postgres']);
    expect(await embedded.answers()).toBe(false);
  });
});

describe('npm run restore refuses', () => {
  let made: string | undefined;
  /** A backup to damage: a copy, because creating one takes seconds. */
  async function copyOfBackup() {
    if (!made) {
      made = await mkdtemp(join(tmpdir(), 'srp-backup-'));
      expect((await backup(join(made, 'backup'))).code).toBe(0);
    }
    await cp(join(made, 'backup'), backupFolder(), { recursive: true });
  }
  afterAll(() => made && rm(made, { recursive: true }));

  type Change = (folder: string) => Promise<unknown>;
  const describeAs = (more: object) => async (folder: string) => {
    const file = join(folder, 'backup.json');
    const described = JSON.parse(await readFile(file, 'utf8'));
    await writeFile(file, JSON.stringify({ ...described, ...more }));
  };
  const archive = (folder: string) => join(folder, 'base.tar.gz');
  const changeByte: Change = async (folder) => {
    const bytes = await readFile(archive(folder));
    const middle = bytes.length >> 1;
    bytes[middle] = (bytes[middle] ?? 0) ^ 1;
    await writeFile(archive(folder), bytes);
  };

  it.each<[string, Change, RegExp]>([
    [
      'a truncated archive',
      async (folder) => truncate(archive(folder), (await stat(archive(folder))).size - 1),
      /is damaged: base\.tar\.gz has \d+ bytes instead of \d+\. Nothing was changed/,
    ],
    [
      'a changed archive',
      changeByte,
      /is damaged: base\.tar\.gz was changed \(SHA-256\)\. Nothing/,
    ],
    [
      'a changed password',
      (folder) => writeFile(join(folder, 'password'), 'x'.repeat(32)),
      /is damaged: password was changed/,
    ],
    [
      'a missing file',
      (folder) => rm(join(folder, 'backup_manifest')),
      /is damaged: backup_manifest is missing/,
    ],
    [
      'an incomplete backup',
      (folder) => rm(join(folder, 'backup.json')),
      /is not a complete backup: backup\.json is missing/,
    ],
    [
      'a damaged description',
      (folder) => writeFile(join(folder, 'backup.json'), '{'),
      /is damaged: backup\.json is not JSON/,
    ],
    ['another description', describeAs({ files: {} }), /backup\.json does not describe a backup/],
    ['another format', describeAs({ format: 2 }), /has format 2, and this version reads format 1/],
    [
      'another processor',
      describeAs({ arch: 's390x' }),
      /the backup is of \w+ on s390x, and this is/,
    ],
    [
      'another PostgreSQL',
      describeAs({ postgres: '17.2' }),
      /is of PostgreSQL 17\.2, and the embedded server is PostgreSQL 18\. Nothing was changed/,
    ],
    [
      'migrations that this server does not know',
      describeAs({ migrations: ['20990101000000_future'] }),
      /has migrations of a newer server: 20990101000000_future\. Nothing was changed\. Restore it with version/,
    ],
  ])('%s, before it changes anything', async (_case, change, message) => {
    await copyOfBackup();
    await change(backupFolder());
    const { code, output } = await runBuilt('restore', elsewhere(), backupFolder());
    expect(code).toBe(1);
    expect(output).toMatch(message);
    expect(output).not.toContain('    at ');
    expect(await missing(elsewhere().EMBEDDED_PG_DIR)).toBe(true);
  });

  it('a database of a newer server, whatever the description says', async () => {
    await onCluster(embedded.folder, (client) =>
      client.query(
        `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at)
         VALUES ('x', 'x', '20990101000000_future', now())`,
      ),
    );
    expect((await backup(backupFolder())).code).toBe(0);
    const stated = await runBuilt('restore', elsewhere(), backupFolder());
    expect(stated.output).toContain('migrations of a newer server: 20990101000000_future');
    await describeAs({ migrations: [] })(backupFolder());
    const { code, output } = await runBuilt('restore', elsewhere(), backupFolder());
    expect([code, output]).toEqual([
      1,
      expect.stringContaining('migrations of a newer server: 20990101000000_future'),
    ]);
    expect(await readdir(elsewhere().EMBEDDED_PG_DIR)).toEqual([]);
  });

  it('a database that was migrated by other files', async () => {
    await onCluster(embedded.folder, (client) =>
      client.query(
        `UPDATE _prisma_migrations SET checksum = 'x' WHERE migration_name LIKE '%_callers'`,
      ),
    );
    expect((await backup(backupFolder())).code).toBe(0);
    const { code, output } = await runBuilt('restore', elsewhere(), backupFolder());
    expect(code).toBe(1);
    expect(output).toMatch(/was migrated by other files than those of this server: 20261123000000/);
    expect(await readdir(elsewhere().EMBEDDED_PG_DIR)).toEqual([]);
  });

  it('data that PostgreSQL cannot recover, and keeps what is there', async () => {
    const before = await onCluster(embedded.folder, digests);
    await copyOfBackup();
    await writeFile(join(embedded.folder, 'data', 'stays'), '');
    await writeFile(join(backupFolder(), 'password'), 'y'.repeat(32));
    await describeAs(await describeAgain(backupFolder()))(backupFolder());
    const { code, output } = await restore(backupFolder(), '--replace');
    expect(code).toBe(1);
    expect(output).toMatch(/the password in .* does not match the data beside it/);
    expect((await readdir(embedded.folder)).sort()).toEqual(['data', 'password', 'postgres.log']);
    expect(await missing(join(embedded.folder, 'data', 'stays'))).toBe(false);
    expect(await onCluster(embedded.folder, digests)).toEqual(before);
  });
});

/** `files` of a description for a password that was changed on purpose. */
async function describeAgain(folder: string) {
  const { files } = JSON.parse(await readFile(join(folder, 'backup.json'), 'utf8'));
  const sha256 = await hashOf(join(folder, 'password'));
  return { files: { ...files, password: { bytes: 32, sha256 } } };
}

describe('a backup that is read back', () => {
  it('must have each file as PostgreSQL sent it, and no other', async () => {
    expect((await backup(backupFolder())).code).toBe(0);
    await checkContents(backupFolder());
    const file = join(backupFolder(), 'backup_manifest');
    const manifest: { Files: { Path: string; Checksum: string }[] } = JSON.parse(
      await readFile(file, 'utf8'),
    );
    const [first, ...others] = manifest.Files;
    const altered = { ...first, Checksum: '0'.repeat(64) };
    const missed = { ...first, Path: 'base/1/missing' };
    for (const files of [[altered, ...others], others, [missed, first, ...others]]) {
      await writeFile(file, JSON.stringify({ Files: files }));
      await expect(checkContents(backupFolder())).rejects.toThrow(
        /is damaged: \S+ is not the file that PostgreSQL sent/,
      );
    }
  });
});

describe('npm run backup refuses', () => {
  it('a folder that exists, and does not change it', async () => {
    const { code, output } = await backup(embedded.folder);
    expect([code, output]).toEqual([1, expect.stringMatching(/postgres exists already\. Name a/)]);
  });

  it('a path that is not a folder, and leaves nothing', async () => {
    const { code, output } = await backup(join(embedded.folder, 'password', 'x'));
    expect(code).toBe(1);
    expect(output).toMatch(/^backup: .*password.*There is no new backup$/m);
    expect(output).not.toContain('    at ');
  });

  it('a folder without a database', async () => {
    const { code, output } = await runBuilt('backup', elsewhere(), backupFolder());
    expect([code, output]).toEqual([1, expect.stringMatching(/there is no database in .*new\./)]);
    expect(await missing(backupFolder())).toBe(true);
  });

  it('an external database, and names pg_dump', async () => {
    const env = { DATABASE_URL: 'postgresql://nobody:secret@127.0.0.1:1/none' };
    for (const name of ['backup', 'restore'] as const) {
      const { code, output } = await runBuilt(name, env, backupFolder());
      expect(code).toBe(1);
      expect(output).toMatch(/DATABASE_URL is set, .* Use pg_(dump|restore).*#backup-and-restore/);
      expect(output).not.toContain('secret');
    }
  });

  it('to go on after a signal, and leaves nothing', async () => {
    const server = await embedded.start();
    const program = runProgram('dist/backup.js', embedded.env, backupFolder());
    await program.saw(/ MB of about /);
    program.child.kill('SIGTERM');
    expect(await program.exit).toBe(1);
    expect(program.output()).toContain(
      'stopped by a signal. Nothing was changed. There is no new backup',
    );
    expect(await readdir(besides(embedded.folder, ''))).toEqual(['keys', 'postgres']);
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
  });
});
