import { mkdir, rename, rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { type Keys, openKeys } from '../../src/security/signing/keys.js';
import { sql } from '../support/database.js';
import { faultsOf, keysFolder, logApp, ORIGIN } from '../support/log.js';
import { createProject, expectProblem } from '../support/requests.js';

const published = () => sql<{ size: string }>('SELECT size FROM log_checkpoints ORDER BY size');

async function nothingIsWrong(keys: Keys): Promise<void> {
  expect(await faultsOf(keys)).toEqual([]);
  const sizes = (await published()).map(({ size }) => size);
  expect(new Set(sizes).size).toBe(sizes.length);
}

describe('the sequencer goes on', () => {
  it('after the file of the last signature could not be written', async () => {
    const folder = await keysFolder();
    const log = await logApp({ keys: await openKeys(folder, () => ORIGIN) });
    await createProject(log.app);
    await log.settle();
    const before = await published();
    // A folder stands where the draft must become the file: as a full disk, the write fails after the COMMIT.
    await rename(`${folder}/state.json`, `${folder}/kept`);
    await mkdir(`${folder}/state.json`);
    await createProject(log.app);
    await expect(log.settle()).rejects.toThrow('state.json');
    expect(await published()).toEqual(before);
    expect((await log.app.inject('/log/checkpoint')).statusCode).toBe(200);
    const [event] = await sql<{ id: string }>('SELECT id FROM events ORDER BY id DESC LIMIT 1');
    const proof = await log.app.inject(`/log/proof?event=${event?.id}`);
    expect(expectProblem(proof, 503, 'log-behind').detail).not.toContain(folder);
    log.log.start();
    const warned = () => log.app.inject('/health/ready').then((ready) => ready.json().warnings);
    await expect
      .poll(warned, { timeout: 30_000 })
      .toEqual([expect.stringContaining('could not be integrated')]);
    const trouble = async () =>
      (await log.app.inject('/metrics')).body.match(/^srp_log_(?:trouble .*|state.*signing.*)$/gm);
    expect(await trouble()).toEqual(['srp_log_state{state="signing"} 1', 'srp_log_trouble 1']);
    await rm(`${folder}/state.json`, { recursive: true });
    await rename(`${folder}/kept`, `${folder}/state.json`);
    await log.settle();
    expect(await published()).toHaveLength(before.length + 1);
    await nothingIsWrong(log.keys);
  });

  it('after the connection was lost between the file and the checkpoint', async () => {
    const keys = await openKeys(await keysFolder(), () => ORIGIN);
    let lose = true;
    const losing: Keys = {
      get log() {
        return keys.log;
      },
      get verdicts() {
        return keys.verdicts;
      },
      list: () => keys.list(),
      lastSigned: () => keys.lastSigned(),
      refresh: () => keys.refresh(),
      rotate: (...given) => keys.rotate(...given),
      beginLog: (...given) => keys.beginLog(...given),
      async saveSigned(state) {
        await keys.saveSigned(state);
        if (!lose) return;
        lose = false;
        await sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE pid <> pg_backend_pid() AND datname = current_database()
                      AND state LIKE 'idle in transaction%'`);
      },
    };
    const log = await logApp({ keys: losing });
    await createProject(log.app);
    await expect(log.settle()).rejects.toThrow();
    expect(await published()).toEqual([]);
    const signed = await keys.lastSigned();
    await log.settle();
    expect(await published()).toEqual([{ size: String(signed.size) }]);
    expect(await keys.lastSigned()).toEqual(signed);
    await nothingIsWrong(keys);
  });

  it.each(['log_entries', 'logs', 'log_checkpoints', 'log_tiles'])(
    'after a write to %s was refused',
    async (table) => {
      const log = await logApp();
      await createProject(log.app);
      await sql(`CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN RAISE EXCEPTION 'no space' USING ERRCODE = '53100'; END $$`);
      await sql(`CREATE TRIGGER full_disk AFTER INSERT OR UPDATE ON ${table}
                 FOR EACH ROW EXECUTE FUNCTION full_disk()`);
      try {
        await expect(log.settle()).rejects.toThrow('no space');
        await createProject(log.app);
      } finally {
        await sql('DROP FUNCTION full_disk CASCADE');
      }
      await log.settle();
      expect(await sql('SELECT 1 FROM log_queue')).toEqual([]);
      await nothingIsWrong(log.keys);
    },
  );
});
