import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { ANONYMOUS } from '../../src/access/caller.js';
import { callContext } from '../../src/database/context.js';
import { recover } from '../../src/features/transparency/index.js';
import { serverDatabaseUrl, sql } from '../support/database.js';
import { addEvents, anotherPool, emptyQueue, faultsOf, logApp, tamper } from '../support/log.js';
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
    await emptyQueue();
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

  it('stops the signing when rows of the queue were deleted, and a new log has these events', async () => {
    const { app, keys, log, settle } = await logApp();
    await settle();
    await createProject(app);
    // The role of the server may do this, because it integrates events.
    const server = new pg.Client({ connectionString: serverDatabaseUrl() });
    await server.connect();
    await server.query('DELETE FROM log_queue');
    await server.end();
    await settle();
    expect(await log.check.run()).toBeUndefined(); // its transaction may not have ended
    await tamper(
      `UPDATE events SET time = time - interval '6 minutes' WHERE type = 'project.created'`,
    );
    const { fault } = (await log.check.run()) ?? {};
    expect(fault).toMatch(/^event \S+ is neither in the log nor in the queue$/);
    await settle();
    const ready = await app.inject('/health/ready');
    expect(ready.json().warnings).toEqual([expect.stringContaining('npm run log -- verify')]);
    expect((await faultsOf(keys)).join('\n')).toMatch(
      /event \S+: it is neither in the log nor in the queue/,
    );
    const context = callContext(anotherPool().store, ANONYMOUS, 'test');
    await recover(context, keys, 'srp.invalid/next', 'Rows of the queue were deleted');
    await settle();
    expect(await log.check.run()).toBeUndefined();
    expect(await faultsOf(keys)).toEqual([]);
  });

  it('runs when the log starts', async () => {
    await emptyQueue();
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
