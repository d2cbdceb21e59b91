import { cp } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { ANONYMOUS } from '../../src/access/caller.js';
import { callContext } from '../../src/database/context.js';
import { erase, LogError, recover, rotate } from '../../src/features/transparency/index.js';
import { openCheckpoint } from '../../src/security/signing/checkpoint.js';
import { type Keys, openKeys } from '../../src/security/signing/keys.js';
import { parseVkey } from '../../src/security/signing/note.js';
import { verifyInclusion } from '../../src/security/signing/tiles.js';
import { sql } from '../support/database.js';
import {
  anotherPool,
  faultsOf,
  keysFolder,
  type LogApp,
  logApp,
  ORIGIN,
  tamper,
  testKeys,
} from '../support/log.js';
import { createRelease } from '../support/releases.js';
import { createProject, expectProblem } from '../support/requests.js';

const caller = { ...ANONYMOUS, subject: 'cli:alice' };
const cli = () => callContext(anotherPool().store, caller, 'cli');

const TABLES = [
  'logs',
  'log_entries',
  'log_tiles',
  'log_checkpoints',
  'log_queue',
  'events',
  'projects',
];

/** Keeps the rows of the record. @returns a function that restores them, as a restore of a backup does */
async function backup(): Promise<() => Promise<unknown>> {
  for (const table of TABLES) {
    await sql(`DROP TABLE IF EXISTS defaults.kept_${table}`);
    await sql(`CREATE TABLE defaults.kept_${table} AS TABLE ${table}`);
  }
  const restored = TABLES.map(
    (table) => `DELETE FROM ${table}; INSERT INTO ${table} TABLE defaults.kept_${table};
                DROP TABLE defaults.kept_${table}`,
  );
  return () => tamper(restored.join('; '));
}

const warnings = async ({ app }: LogApp) => (await app.inject('/health/ready')).json().warnings;
const stateMetric = async ({ app }: LogApp) =>
  /^srp_log_state\{state="(\w+)"\} 1$/m.exec((await app.inject('/metrics')).body)?.[1];

describe('a restored database', () => {
  it('behind what was signed signs nothing, and everything else works', async () => {
    const log = await logApp();
    await createProject(log.app);
    await log.settle();
    const restore = await backup();
    await createProject(log.app);
    await log.settle();
    const signed = await log.keys.lastSigned();
    await restore();
    await createProject(log.app);
    await log.settle();
    expect(await log.keys.lastSigned()).toEqual(signed);
    expect(await stateMetric(log)).toBe('behind');
    expect(await warnings(log)).toEqual([expect.stringContaining('npm run log -- recover')]);
    expect((await log.app.inject('/health/ready')).statusCode).toBe(200);
    expect((await log.app.inject('/log/checkpoint')).statusCode).toBe(200);
    const [queued] = await sql<{ event_id: string }>('SELECT event_id FROM log_queue');
    const proof = await log.app.inject(`/log/proof?event=${queued?.event_id}`);
    expectProblem(proof, 409, 'log-not-signed');
    expect(await faultsOf(log.keys)).toEqual([expect.stringContaining('npm run log -- recover')]);
  });

  it('beside what was signed signs nothing', async () => {
    const [folder, copy] = [await keysFolder(), await keysFolder()];
    const log = await logApp({ keys: await openKeys(folder, () => ORIGIN) });
    await createProject(log.app);
    await log.settle();
    await cp(folder, copy, { recursive: true });
    const restore = await backup();
    await createProject(log.app);
    await log.settle();
    await restore();
    // With a restored folder, the restored database is signed a second time, to a larger size.
    const second = await logApp({ keys: await openKeys(copy, () => ORIGIN) });
    for (let n = 0; n < 3; n += 1) await createProject(second.app);
    await second.settle();
    expect(await stateMetric(second)).toBe('signing');
    const signed = await log.keys.lastSigned();
    await log.settle();
    expect(await log.keys.lastSigned()).toEqual(signed);
    expect(await stateMetric(log)).toBe('beside');
    expect(await warnings(log)).toEqual([
      expect.stringContaining('as after a restore, or with another SIGNING_KEYS_DIR'),
    ]);
  });

  it('is noticed at the start, although nothing waits', async () => {
    const log = await logApp();
    await createProject(log.app);
    await log.settle();
    const restore = await backup();
    await createProject(log.app);
    await log.settle();
    await restore();
    const restarted = await logApp({ keys: log.keys });
    restarted.log.start();
    await expect.poll(() => stateMetric(restarted), { timeout: 30_000 }).toBe('behind');
  });

  it('without a log, or with the log of another folder, signs nothing', async () => {
    const log = await logApp();
    await createProject(log.app);
    await log.settle();
    const another = await logApp({
      keys: await openKeys(await keysFolder(), () => 'srp.invalid/2'),
    });
    await another.settle();
    expect(await stateMetric(another)).toBe('beside');
    await tamper('DELETE FROM logs; DELETE FROM log_entries; DELETE FROM log_tiles');
    await log.settle();
    expect(await stateMetric(log)).toBe('behind');
  });
});

describe('npm run log -- recover', () => {
  it('begins a new log that names the old one, whose proofs stay valid', async () => {
    const log = await logApp();
    await createProject(log.app);
    await log.settle();
    const restore = await backup();
    const [event] = await sql<{ event_id: string }>('SELECT event_id FROM log_entries LIMIT 1');
    const before = (await log.app.inject(`/log/proof?event=${event?.event_id}`)).json();
    await createProject(log.app);
    await log.settle();
    const lastSigned = await log.keys.lastSigned();
    const oldKey = log.keys.log.vkey;
    await restore();
    await createProject(log.app);
    await log.settle();

    const reason = 'The disk broke, and the backup of Monday was restored';
    const recovered = await recover(cli(), log.keys, 'srp.invalid/new', reason);
    expect(recovered.lastSigned).toEqual(lastSigned);
    await log.settle();

    const [first] = (await log.app.inject('/events?type=log.recovered')).json();
    expect(first).toMatchObject({
      actor: 'cli:alice',
      subject: { kind: 'log', id: 'srp.invalid/new' },
      data: {
        before: { origin: ORIGIN, size: before.size },
        lastSigned: {
          origin: ORIGIN,
          size: lastSigned.size,
          root: lastSigned.root.toString('hex'),
        },
      },
      entry: { log: 2, origin: 'srp.invalid/new', index: 0 },
    });
    expect(JSON.stringify(first)).not.toContain('disk');
    expect(await sql('SELECT reason FROM log_reasons')).toEqual([{ reason }]);

    const note = (await log.app.inject('/log/checkpoint')).body;
    expect(openCheckpoint(note, parseVkey(log.keys.log.vkey)).origin).toBe('srp.invalid/new');
    expect(await sql('SELECT 1 FROM log_queue')).toEqual([]);
    expect(await stateMetric(log)).toBe('signing');
    expect(await warnings(log)).toBeUndefined();

    const after = (await log.app.inject(`/log/proof?event=${event?.event_id}`)).json();
    expect(after).toEqual(before);
    expect(openCheckpoint(after.checkpoint, parseVkey(oldKey)).size).toBe(after.size);
    const bytes = (text: string) => Buffer.from(text, 'base64');
    const { index, size, leafHash, hashes, rootHash } = after;
    const proof = hashes.map(bytes);
    expect(verifyInclusion(index, size, bytes(leafHash), proof, bytes(rootHash))).toBe(true);
    expect((await log.app.inject('/log/1/checkpoint')).body).toContain(`${ORIGIN}\n${size}\n`);
    const keys = (await log.app.inject('/log/keys')).json().log;
    expect(keys.map((key: { log: number }) => key.log)).toEqual([1, 2]);
    expect(await faultsOf(log.keys)).toEqual([]);
  });

  it('refuses a log that is signed, and changes nothing', async () => {
    const log = await logApp();
    await createProject(log.app);
    await log.settle();
    const before = log.keys.list();
    const refused = recover(cli(), log.keys, 'srp.invalid/new', 'why');
    await expect(refused).rejects.toThrow(LogError);
    expect(log.keys.list()).toEqual(before);
    expect(await sql('SELECT origin FROM logs')).toEqual([{ origin: ORIGIN }]);
  });

  it('goes on after it was interrupted', async () => {
    const log = await logApp();
    await createProject(log.app);
    await log.settle();
    await tamper("UPDATE logs SET size = 0, root = sha256('')");
    const interrupted: Keys = {
      ...log.keys,
      list: () => log.keys.list(),
      beginLog: (origin, announce) =>
        log.keys.beginLog(origin, async (next) => {
          await announce?.(next);
          throw new Error('killed');
        }),
    };
    const first = recover(cli(), interrupted, 'srp.invalid/first', 'why');
    await expect(first).rejects.toThrow('killed');
    await log.settle();
    expect(await stateMetric(log)).toBe('beside');
    await recover(cli(), log.keys, 'srp.invalid/second', 'why');
    await log.settle();
    expect(await stateMetric(log)).toBe('signing');
  });
});

describe('npm run log -- erase', () => {
  it('removes salt and content, and keeps the tree', async () => {
    const log = await logApp();
    const release = await createRelease(log.app);
    await log.settle();
    const [event] = (await log.app.inject('/events?type=release.created')).json();
    const proof = (await log.app.inject(`/log/proof?event=${event.id}`)).json();
    const reason = 'It names a person';
    const { row } = event.data;
    expect(await erase(cli(), event.id, reason)).toEqual({
      origin: ORIGIN,
      index: event.entry.index,
      type: 'release.created',
      time: event.time,
      subject: release.id,
      project: release.projectId,
      kept: { row },
    });
    await log.settle();
    const erased = (await log.app.inject(`/events/${event.id}`)).json();
    expect(erased.data).toEqual({ erased: true, row });
    expect(erased).toMatchObject({
      actor: 'erased',
      subject: { kind: 'release', id: release.id },
      releaseId: release.id,
      credential: null,
      requestId: null,
      entry: { salt: null, statement: null, commitment: event.entry.commitment, sequence: 1 },
    });
    const size = proof.size;
    expect((await log.app.inject(`/log/proof?event=${event.id}&size=${size}`)).json()).toEqual(
      proof,
    );
    const [said] = (await log.app.inject('/events?type=log.erased')).json();
    expect(said.data).toMatchObject({ event: event.id, index: event.entry.index });
    expect(await faultsOf(log.keys)).toEqual([]);
    await expect(erase(cli(), event.id, reason)).rejects.toThrow('erased already');
    await expect(erase(cli(), said.id, reason)).rejects.toThrow('never erased');
    const unknown = '01a22465-7233-7c51-89ef-6cfa941ad381';
    await expect(erase(cli(), unknown, reason)).rejects.toThrow('does not exist');
  });

  it('needs an entry, and its own form', async () => {
    const log = await logApp();
    await createProject(log.app);
    const [event] = await sql<{ id: string }>('SELECT id FROM events ORDER BY id DESC LIMIT 1');
    await expect(erase(cli(), event?.id ?? '', 'why')).rejects.toThrow('not in the log yet');
    for (const change of [
      `UPDATE events SET actor = 'eve'`,
      `UPDATE events SET data = '{"erased":true}'`,
      'DELETE FROM events',
      'TRUNCATE events',
    ]) {
      await expect(sql(change)).rejects.toThrow(/never changed|refused/);
    }
    await log.settle();
    for (const change of [
      `UPDATE log_entries SET salt = sha256('a')`,
      `UPDATE log_entries SET commitment = sha256('a')`,
      'DELETE FROM log_entries',
      `UPDATE log_checkpoints SET note = ''`,
      `UPDATE log_tiles SET hashes = sha256('a')`,
      'DELETE FROM log_tiles',
      'UPDATE logs SET size = 0',
      'DELETE FROM logs',
      'TRUNCATE log_queue',
      `UPDATE log_queue SET event_id = gen_random_uuid()`,
    ]) {
      await createProject(log.app);
      await expect(sql(change), change).rejects.toThrow(/never changed|refused|only grow/);
    }
  });
});

describe('npm run keys -- rotate', () => {
  it('lets the old key sign that the new one follows', async () => {
    const log = await logApp();
    await createProject(log.app);
    await log.settle();
    const before = log.keys.log.vkey;
    await rotate(cli(), log.keys, 'log');
    const next = log.keys.log.vkey;
    expect(next).not.toBe(before);
    const [event] = (await log.app.inject('/events?type=key.rotated')).json();
    expect(event).toMatchObject({ subject: { id: next }, data: { purpose: 'log', before } });
    const signed = (await log.app.inject('/log/checkpoint')).body;
    expect(openCheckpoint(signed, parseVkey(before)).size).toBe(event.entry.index + 1);
    await createProject(log.app);
    await log.settle();
    const later = (await log.app.inject('/log/checkpoint')).body;
    expect(openCheckpoint(later, parseVkey(next)).origin).toBe(ORIGIN);
    expect(await faultsOf(log.keys)).toEqual([]);
  });

  it('is used by servers that run, and works for verdicts', async () => {
    const folder = await keysFolder();
    const log = await logApp({ keys: await openKeys(folder, () => ORIGIN) });
    await createProject(log.app);
    await log.settle();
    const program = await openKeys(folder, () => ORIGIN);
    await rotate(cli(), program, 'log');
    await rotate(cli(), program, 'verdicts');
    await createProject(log.app);
    await log.settle();
    const note = (await log.app.inject('/log/checkpoint')).body;
    openCheckpoint(note, parseVkey(program.log.vkey));
    expect(log.keys.verdicts.keyId).toBe(program.verdicts.keyId);
    const { log: keys, verdicts } = (await log.app.inject('/log/keys')).json();
    expect([keys.length, verdicts.length]).toEqual([2, 2]);
  });

  it("signs nothing with a keys' folder from before the rotation", async () => {
    const folder = await keysFolder();
    const log = await logApp({ keys: await openKeys(folder, () => ORIGIN) });
    await createProject(log.app);
    await log.settle();
    await cp(folder, `${folder}-old`, { recursive: true });
    await rotate(cli(), log.keys, 'log');
    await createProject(log.app);
    await log.settle();
    const signed = (await log.app.inject('/log/checkpoint')).body;
    const old = await logApp({ keys: await openKeys(`${folder}-old`, () => ORIGIN) });
    await createProject(old.app);
    await old.settle();
    expect((await old.app.inject('/log/checkpoint')).body).toBe(signed);
    expect(await warnings(old)).toEqual([expect.stringContaining('not the one that was signed')]);
    await log.settle();
    expect((await log.app.inject('/log/checkpoint')).body).not.toBe(signed);
    expect(await faultsOf(log.keys)).toEqual([]);
  });

  it("tells once that the keys of an old log are not in the keys' folder", async () => {
    const log = await logApp();
    for (const _ of [1, 2]) {
      await createProject(log.app);
      await log.settle();
    }
    const other = await testKeys(`${await keysFolder()}-other`, 'srp.invalid/other');
    await recover(cli(), other, 'srp.invalid/next', 'The keys were lost');
    const lost = `log 1, ${ORIGIN}: its keys are not in the keys' folder, so 2 signatures were not verified`;
    expect(await faultsOf(other)).toEqual([lost]);
  });

  it('keeps the old key if the log is not signed', async () => {
    const log = await logApp();
    await createProject(log.app);
    await log.settle();
    await tamper('DELETE FROM logs');
    const before = log.keys.list();
    await expect(rotate(cli(), log.keys, 'log')).rejects.toThrow('npm run log -- recover');
    expect(log.keys.list()).toEqual(before);
  });
});
