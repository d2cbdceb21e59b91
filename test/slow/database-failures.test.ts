import { describe, expect, it } from 'vitest';
import { type Answer, ask } from '../support/answers.js';
import { useEmbedded } from '../support/embedded.js';
import { Ledger } from '../support/ledger.js';
import { KINDS, type Kind, startLoad } from '../support/load.js';

/** PostgreSQL fails under load: requests are answered, the server stays, and service comes back. */
const embedded = useEmbedded();

/** The start must stay within these limits on a busy machine. */
const LIMITS = {
  DATABASE_POOL_MAX: '10',
  DATABASE_CONNECT_TIMEOUT_MS: '8000',
  DATABASE_STATEMENT_TIMEOUT_MS: '3000',
  DATABASE_LOCK_TIMEOUT_MS: '3000',
  LOG_LEVEL: 'fatal',
};
/** Answers in a row that show that a kind of request is served. */
const STREAK = 10;
const NOT_HEALTH = KINDS.filter((kind) => kind !== 'health');

type Load = ReturnType<typeof startLoad>;
const good = ({ status }: Answer) => status < 300;

/** Answers to requests of a kind that began after a time. */
const since = ({ answers }: Load, kind: Kind, from: number) =>
  answers.filter((answer) => answer.kind === kind && answer.began > from);

/** Waits until each kind of request is served. */
async function untilServed(load: Load): Promise<void> {
  const from = Date.now();
  const isServed = (kind: Kind) => {
    const last = since(load, kind, from).slice(-STREAK);
    return last.length === STREAK && last.every(good);
  };
  await expect.poll(() => KINDS.filter((kind) => !isServed(kind))).toEqual([]);
}

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

/** Ends PostgreSQL's main process, and waits until clients have noticed and it is back. */
async function signalPostmaster(signal: NodeJS.Signals, { answers }: Load): Promise<void> {
  process.kill(await embedded.postmaster(), signal);
  const refused = () => answers.filter(({ status }) => status === 503).length;
  await expect.poll(refused, { interval: 10 }).toBeGreaterThan(5);
  await expect.poll(embedded.answers).toBe(true);
}

/** Nobody wakes PostgreSQL before each kind of request was answered: the server's own limits end them. */
const freeze = (load: Load) =>
  frozen(async () => {
    const from = Date.now();
    const unanswered = () => NOT_HEALTH.filter((kind) => since(load, kind, from).length === 0);
    await expect.poll(unanswered).toEqual([]);
    const during = NOT_HEALTH.flatMap((kind) => since(load, kind, from));
    expect(during.filter(good)).toEqual([]);
  });

/** Makes PostgreSQL fail and waits until it is back. */
const FAILURES: Record<string, (load: Load) => Promise<void>> = {
  'is restarted': (load) => signalPostmaster('SIGINT', load),
  'is killed': (load) => signalPostmaster('SIGKILL', load),
  'does not answer any more': freeze,
};

describe('PostgreSQL under load', () => {
  it.each(Object.entries(FAILURES))('%s: 503, then service', async (_case, fail) => {
    const server = await embedded.start(LIMITS);
    const ledger = new Ledger();
    await ledger.create(server.url, 'the first');
    const load = startLoad(server.url, ledger);
    try {
      await untilServed(load);
      await fail(load);
      await untilServed(load);
    } finally {
      await load.stop();
    }

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
    expect(answers.filter(({ kind }) => kind === 'health').every(good)).toBe(true);
    expect(server.child.exitCode).toBeNull();
    const client = await embedded.connect();
    expect(await ledger.compare(client)).toBeGreaterThan(2 * STREAK);
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
