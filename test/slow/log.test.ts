import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { useEmbedded } from '../support/embedded.js';
import { Ledger } from '../support/ledger.js';
import { freePort } from '../support/ports.js';
import { runProgram, stop } from '../support/process.js';
import { getFrom, type SignedHead, tileClient } from '../support/tile-client.js';

/** A server is killed while it integrates: every event is in the log once, and no checkpoint contradicts another. */
const embedded = useEmbedded();

const KILLS = 20;
const WRITERS = 8;
/** That many are acknowledged before each kill. */
const WRITES = 60;

it('the log goes on where it was after 20 kills under load', async () => {
  const ledger = new Ledger();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const stopping = new AbortController();
  const write = async (writer: number) => {
    for (let n = 0; !stopping.signal.aborted; n += 1) {
      const { status } = await ledger.create(url, `project ${n} of ${writer}`);
      if (status !== 201) await sleep(20);
    }
  };
  const start = () => embedded.start({ PORT: String(port), LOG_LEVEL: 'error' });
  let server = await start();
  type PublicKeys = { log: { vkey: string }[] };
  const answer = await fetch(`${url}/log/keys`);
  const keys = (await answer.json()) as PublicKeys;
  const client = tileClient(getFrom(`${url}/log`), keys.log[0]?.vkey ?? '');
  const heads: SignedHead[] = [];
  const writers = Array.from({ length: WRITERS }, (_, writer) => write(writer));
  try {
    for (let kill = 0; kill < KILLS; kill += 1) {
      const before = ledger.acknowledged.size;
      await expect
        .poll(() => ledger.acknowledged.size - before, { interval: 10 })
        .toBeGreaterThan(WRITES);
      // A proof integrates at once, so that a kill hits it at any statement.
      const asking = fetch(`${url}/log/checkpoint`).then(() => client.checkpoint());
      heads.push(await asking);
      await sleep(1200 * Math.random());
      await stop(server, 'SIGKILL');
      server = await start();
    }
  } finally {
    stopping.abort();
    await Promise.all(writers);
  }
  const database = await embedded.connect();
  const left = () => database.query('SELECT 1 FROM log_queue').then(({ rowCount }) => rowCount);
  await expect.poll(left).toBe(0);
  const { rows } = await database.query<{ events: number; entries: number }>(
    `SELECT (SELECT count(*)::int FROM events) AS events, (SELECT count(*)::int FROM log_entries) AS entries`,
  );
  expect(rows[0]?.entries).toBe(rows[0]?.events);
  const size = async () => (await client.checkpoint()).size;
  await expect.poll(size).toBe(rows[0]?.events);
  const last = await client.checkpoint();
  await client.verifyTree(last);
  for (const head of heads) await client.proveConsistency(head, last);
  expect(server.output()).not.toContain('not signed');
  await ledger.compare(database);
  await database.end();
  await stop(server);
  const verified = runProgram('dist/log.js', embedded.env, 'verify');
  expect(await verified.exit, verified.output()).toBe(0);
  expect(verified.output()).toContain('nothing is wrong');
});
