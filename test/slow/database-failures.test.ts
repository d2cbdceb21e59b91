import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Answer, ask } from '../support/answers.js';
import { useEmbedded } from '../support/embedded.js';
import { Ledger } from '../support/ledger.js';
import { KINDS, startLoad } from '../support/load.js';

/** PostgreSQL fails under load: requests are answered, the server stays, and service comes back. */
const embedded = useEmbedded();

const CONNECT_MS = 1000;
const STATEMENT_MS = 1500;
const LIMITS = {
  DATABASE_POOL_MAX: '10',
  DATABASE_CONNECT_TIMEOUT_MS: String(CONNECT_MS),
  DATABASE_STATEMENT_TIMEOUT_MS: String(STATEMENT_MS),
  DATABASE_LOCK_TIMEOUT_MS: '1000',
  LOG_LEVEL: 'fatal',
};
/** A PostgreSQL that answers nothing is given another second for each statement. */
const UNANSWERED_MS = STATEMENT_MS + 1000;
/** A transaction is waited for twice: for its statement, and for its end. */
const LONGEST_MS = CONNECT_MS + 2 * UNANSWERED_MS;
const SLACK_MS = 2000;
const RECOVERY_MS = 4000;

function signalAll(pids: Iterable<number>, signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // it has ended since
    }
  }
}

/** Lets nobody in PostgreSQL do anything while `work` lasts. */
async function frozen<Result>(work: () => Promise<Result>): Promise<Result> {
  const client = await embedded.connect();
  const pids = new Set([await embedded.postmaster()]);
  try {
    signalAll(pids, 'SIGSTOP'); // from here on there are no new processes
    const { rows } = await client.query<{ pid: number }>('SELECT pid FROM pg_stat_activity');
    for (const { pid } of rows) pids.add(pid);
    signalAll(pids, 'SIGSTOP');
    return await work();
  } finally {
    signalAll(pids, 'SIGCONT'); // what is frozen cannot be stopped
    await client.end();
  }
}

const signalPostmaster = async (signal: NodeJS.Signals) => {
  process.kill(await embedded.postmaster(), signal);
  await sleep(200);
  await expect.poll(embedded.answers).toBe(true);
};

/** Makes PostgreSQL fail and waits until it is back; when it was surely gone, if that is known. */
const FAILURES: Record<string, () => Promise<{ goneFrom: number; goneTo: number } | undefined>> = {
  'is restarted': async () => {
    await signalPostmaster('SIGINT');
    return undefined;
  },
  'is killed': async () => {
    await signalPostmaster('SIGKILL');
    return undefined;
  },
  'does not answer any more': () =>
    frozen(async () => {
      const goneFrom = Date.now();
      await sleep(LONGEST_MS + 1000);
      return { goneFrom, goneTo: Date.now() };
    }),
};

describe('PostgreSQL under load', () => {
  it.each(Object.entries(FAILURES))('%s: 503, then service', async (_case, fail) => {
    const server = await embedded.start(LIMITS);
    const ledger = new Ledger();
    await ledger.create(server.url, 'the first');
    const load = startLoad(server.url, ledger);
    await sleep(1500);
    const before = Date.now();
    const gone = await fail();
    const back = Date.now();
    await sleep(RECOVERY_MS + 1500);
    await load.stop();

    const { answers } = load;
    const refused = answers.filter(({ status }) => status === 503);
    console.log(`${answers.length} answers, ${refused.length} of them 503`);
    expect(refused.length).toBeGreaterThan(5);
    for (const { headers, body } of refused) {
      expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(headers.get('retry-after')).toBe('5');
      expect(body.code).toBe('database-unavailable');
    }
    const others = answers.filter(({ status }) => ![200, 201, 503].includes(status));
    expect(others).toEqual([]);
    for (const kind of KINDS) {
      const ofKind = answers.filter((answer) => answer.kind === kind);
      const longest = Math.max(...ofKind.map(({ began, ended }) => ended - began));
      expect(longest, kind).toBeLessThan(LONGEST_MS + SLACK_MS);
      const good = (answer: Answer) => answer.status < 300;
      expect(ofKind.filter((answer) => answer.ended < before).every(good), kind).toBe(true);
      const after = ofKind.filter(({ began }) => began > back + RECOVERY_MS);
      expect(after.length, kind).toBeGreaterThan(10);
      expect(after.every(good), kind).toBe(true);
      if (kind === 'health') expect(ofKind.every(good)).toBe(true);
      else if (gone) {
        const during = ofKind.filter(
          ({ began, ended }) => began > gone.goneFrom && ended < gone.goneTo,
        );
        expect(during.length, kind).toBeGreaterThan(0);
        expect(during.some(good), kind).toBe(false);
      }
    }
    expect(server.child.exitCode).toBeNull();
    const client = await embedded.connect();
    expect(await ledger.compare(client)).toBeGreaterThan(50);
    await client.end();
  });

  it('stops answering during a transaction: its connection is not used again', async () => {
    const limits = { ...LIMITS, DATABASE_POOL_MAX: '1', DATABASE_LOCK_TIMEOUT_MS: '60000' };
    const { url } = await embedded.start(limits);
    const create = (name: string, headers = {}) =>
      ask(`${url}/projects`, { method: 'POST', json: { name }, headers });
    const [holder, watcher] = await Promise.all([embedded.connect(), embedded.connect()]);
    await holder.query('BEGIN; LOCK TABLE projects');
    const cut = create('cut', { 'idempotency-key': 'key' });
    const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'`;
    await expect
      .poll(async () => (await watcher.query(waiting)).rowCount, { interval: 10 })
      .toBe(1);
    const answer = await frozen(() => cut);
    expect(answer).toMatchObject({ status: 503, body: { code: 'database-unavailable' } });
    await holder.end();
    expect(await create('next')).toMatchObject({ status: 201, body: { name: 'next' } });
    const { rows } = await watcher.query('SELECT name FROM projects');
    expect(rows).toEqual([{ name: 'next' }]);
    await watcher.end();
  });
});
