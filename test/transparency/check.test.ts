import { describe, expect, it } from 'vitest';
import { sql } from '../support/database.js';
import { addEvents, logApp, tamper } from '../support/log.js';
import { createProject } from '../support/requests.js';

describe('the hourly check', () => {
  it('finds nothing in a log that nobody changed', async () => {
    const { app, log, settle } = await logApp();
    expect(await log.check.run()).toBeUndefined();
    await createProject(app);
    await settle();
    expect(await log.check.run()).toBeUndefined();
    await addEvents(600);
    await settle();
    expect(await log.check.run()).toBeUndefined();
  });

  it.each<[what: string, change: string, index: number]>([
    [
      'an event',
      `UPDATE events e SET actor = 'eve' FROM log_entries x WHERE x.event_id = e.id AND x.index = 2`,
      2,
    ],
    ['a missing entry', 'DELETE FROM log_entries WHERE index = 3', 3],
    [
      'a tile',
      `UPDATE log_tiles SET hashes = substring(hashes FROM 1 FOR 32) || sha256('a') || substring(hashes FROM 65)`,
      1,
    ],
    ['the root', `UPDATE logs SET root = sha256('a')`, 4],
  ])('stops the signing after a change of %s, and tells it', async (_what, change, index) => {
    await sql('DELETE FROM log_queue');
    await addEvents(5);
    const { app, log, settle, keys } = await logApp();
    await settle();
    await tamper(change);
    expect(await log.check.run()).toMatchObject({ index });
    const signed = await keys.lastSigned();
    await createProject(app);
    await settle();
    expect(await keys.lastSigned()).toEqual(signed);
    const ready = await app.inject('/health/ready');
    expect(ready.statusCode).toBe(200);
    expect(ready.json().warnings).toEqual([expect.stringContaining('npm run log -- verify')]);
    expect((await app.inject('/metrics')).body).toContain('srp_log_state{state="diverged"} 1');
    const [event] = (await app.inject('/events?type=log.diverged')).json();
    expect(event).toMatchObject({ actor: 'server', data: { index }, entry: null });
    await log.check.run();
    expect((await app.inject('/events?type=log.diverged')).json()).toHaveLength(1);
  });

  it('runs when the log starts', async () => {
    await sql('DELETE FROM log_queue');
    await addEvents(5);
    const first = await logApp();
    await first.settle();
    await tamper(`UPDATE events SET actor = 'eve'`);
    const second = await logApp({ keys: first.keys });
    second.log.start();
    const warned = () => second.app.inject('/health/ready').then((ready) => ready.json().warnings);
    await addEvents(1);
    await expect
      .poll(
        async () => {
          await second.settle();
          return warned();
        },
        { timeout: 30_000 },
      )
      .toHaveLength(1);
  });
});

describe('the metrics of the log', () => {
  it('tell its size and its work', async () => {
    const { app, settle } = await logApp();
    await createProject(app);
    await settle();
    const { body } = await app.inject('/metrics');
    const [events] = await sql<{ n: number }>('SELECT count(*)::int AS n FROM events');
    expect(body).toContain(`srp_log_size ${events?.n}`);
    expect(body).toContain(`srp_log_entries_total ${events?.n}`);
    expect(body).toContain('srp_log_state{state="signing"} 1');
  });
});
