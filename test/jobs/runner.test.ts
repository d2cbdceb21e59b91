import { EventEmitter, on, once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config/config.js';
import { type Database, openDatabase } from '../../src/database/client.js';
import { alarm } from '../../src/jobs/alarm.js';
import type { Job, JobLog, JobOutcome, JobRun } from '../../src/jobs/job.js';
import { delayAfter, delayMs, startJobs } from '../../src/jobs/runner.js';
import { serverDatabaseUrl, sql } from '../support/database.js';

let database: Database;
beforeAll(() => {
  // One connection: a job that held its lock with it could not work.
  database = openDatabase(serverDatabaseUrl(), loadConfig({ DATABASE_POOL_MAX: '1' }));
});
afterAll(() => database.close());

interface Line {
  readonly level: 'info' | 'warn' | 'error';
  readonly details: object;
  readonly message: string;
}

function recordingLog(lines: Line[], bindings: object = {}): JobLog {
  const write = (level: Line['level']) => (details: object, message: string) => {
    lines.push({ level, details: { ...bindings, ...details }, message });
  };
  return {
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (more) => recordingLog(lines, { ...bindings, ...more }),
  };
}

/** One server instance with these jobs. */
function start(...jobs: Job[]) {
  const lines: Line[] = [];
  const runs: JobRun[] = [];
  const events = new EventEmitter();
  const observe = (run: JobRun) => {
    runs.push(run);
    events.emit('run', run);
  };
  const { stop } = startJobs({ jobs, database, log: recordingLog(lines), observe });
  onTestFinished(stop);
  /** Until so many runs had this outcome. */
  async function until(outcome: JobOutcome, count = 1) {
    const enough = () => runs.filter((run) => run.outcome === outcome).length >= count;
    if (enough()) return;
    for await (const _ of on(events, 'run')) if (enough()) return;
  }
  return { lines, runs, stop, until };
}

/** A job that runs every few milliseconds. */
const often = (run: Job['run'], name = 'often'): Job => ({
  name,
  everyMs: 5,
  runAtStart: true,
  run,
});

function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

describe('a job', () => {
  it('runs again and again, and works with the database', async () => {
    const answers: unknown[] = [];
    const { until } = start(
      often(async (context) => {
        answers.push((await context.database.pool.query('SELECT 1 AS one')).rows[0]);
        answers.push(await context.database.prisma.project.count());
        return 'again';
      }),
    );
    await until('succeeded', 3);
    expect(answers.slice(0, 4)).toEqual([{ one: 1 }, 0, { one: 1 }, 0]);
  });

  it('that is done does not run again', async () => {
    let count = 0;
    const once = often(async () => {
      count += 1;
      return count === 3 ? 'done' : 'again';
    }, 'once');
    const { runs, until } = start(
      once,
      often(async () => 'again'),
    );
    await until('finished');
    await until('succeeded', runs.length + 10);
    expect(count).toBe(3);
    expect(runs.filter(({ name }) => name === 'once').map(({ outcome }) => outcome)).toEqual([
      'succeeded',
      'succeeded',
      'finished',
    ]);
  });

  it('waits for part of its period before the first run, unless runAtStart is set', async () => {
    const names: string[] = [];
    const run = (name: string) => async () => {
      names.push(name);
      return 'again' as const;
    };
    const { stop, until } = start(
      { name: 'later', everyMs: 1_000_000_000, run: run('later') },
      { name: 'now', everyMs: 1_000_000_000, runAtStart: true, run: run('now') },
    );
    await until('succeeded');
    await stop();
    expect(names).toEqual(['now']);
  });
});

describe('a job that watches for work', () => {
  const hour = 3_600_000;
  /** A job with a long period, which the test wakes. */
  function watching(run: Job['run']) {
    const state = { wake: () => {}, watched: false };
    const job: Job = {
      name: 'watching',
      everyMs: hour,
      watch(wake) {
        Object.assign(state, { wake, watched: true });
        return () => {
          state.watched = false;
        };
      },
      run,
    };
    return { state, job };
  }

  it('runs as soon as it calls, also if it called during its run, and ends its watch', async () => {
    let count = 0;
    const { state, job } = watching(async () => {
      count += 1;
      if (count < 3) state.wake();
      return 'again';
    });
    const { until, stop } = start(job);
    state.wake();
    await until('succeeded', 3);
    expect(state.watched).toBe(true);
    await stop();
    expect([count, state.watched]).toEqual([3, false]);
  });

  it('waits for its period after a failure, and remembers the call', async () => {
    const stopping = new AbortController();
    const { state, job } = watching(async () => 'again');
    const { wait, end } = alarm(job, stopping.signal);
    let isOver = false;
    const deaf = wait(hour, true).then((woken) => {
      isOver = true;
      return woken;
    });
    state.wake();
    await new Promise((resolve) => setImmediate(resolve));
    expect(isOver).toBe(false);
    stopping.abort();
    expect(await deaf).toBe(true);
    end();
  });

  it('tries again soon if another instance has the lock', async () => {
    const { open, opened } = gate();
    const first = gate();
    const one = start({
      name: 'watching',
      everyMs: hour,
      runAtStart: true,
      async run() {
        first.open();
        await opened;
        return 'done';
      },
    });
    await first.opened;
    const { state, job } = watching(async () => 'done');
    const other = start(job);
    state.wake();
    await other.until('skipped');
    open();
    await one.until('finished');
    await other.until('finished');
  });
});

describe('two instances', () => {
  it('never run one job at the same time, and take turns', async () => {
    const { open, opened } = gate();
    const working = gate();
    let running = 0;
    let most = 0;
    const job = often(async () => {
      running += 1;
      most = Math.max(most, running);
      working.open();
      await opened;
      running -= 1;
      return 'again';
    });
    const one = start(job);
    await working.opened;
    const other = start(job);
    await other.until('skipped', 3);
    expect(one.runs).toEqual([]);
    open();
    await one.until('succeeded');
    await one.stop();
    await other.until('succeeded');
    expect(most).toBe(1);
  });

  it('run different jobs at the same time', async () => {
    const first = gate();
    const second = gate();
    const one = start(
      often(async () => {
        first.open();
        await second.opened;
        return 'done';
      }, 'one'),
    );
    const other = start(
      often(async () => {
        second.open();
        await first.opened;
        return 'done';
      }, 'other'),
    );
    await Promise.all([one.until('finished'), other.until('finished')]);
  });
});

describe('a job that fails', () => {
  it('is logged with its name, counted, and run again', async () => {
    let count = 0;
    const { lines, runs, until } = start(
      often(async () => {
        count += 1;
        if (count <= 2) throw new Error(`fault ${count}`);
        return 'done';
      }),
    );
    await until('finished');
    expect(runs.map(({ outcome }) => outcome)).toEqual(['failed', 'failed', 'finished']);
    expect(lines).toMatchObject([
      { level: 'error', details: { job: 'often', err: { message: 'fault 1' } } },
      { level: 'error', details: { job: 'often', err: { message: 'fault 2' } } },
    ]);
  });

  it('loses its signal and its lock with the connection, and runs again', async () => {
    let count = 0;
    const { lines, until } = start(
      often(async ({ signal }) => {
        count += 1;
        if (count > 1) return 'done';
        await sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND application_name = 'secure-release-platform jobs'`);
        // The end of the connection may have been noticed before this statement was answered.
        if (!signal.aborted) await once(signal, 'abort');
        signal.throwIfAborted();
        return 'again';
      }),
    );
    await until('finished');
    expect(lines).toMatchObject([
      { level: 'warn', message: 'job failed: the database is not available' },
    ]);
  });

  it('is tried again within 10 s while the database is away, and logged once for each cause', async () => {
    const away = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    const full = Object.assign(new Error('no space'), { code: '53100' });
    const slow = Object.assign(new Error('too slow'), { code: '57014' });
    const hour = 3_600_000;
    expect(delayAfter(away, hour, 20)).toBeLessThan(10_000);
    expect(delayAfter(away, 5, 1)).toBeLessThan(12);
    expect(delayAfter(slow, hour, 20)).toBeGreaterThan(hour / 2);
    expect(delayAfter(new Error('x'), hour, 1)).toBeGreaterThan(hour / 2);

    const failures = [away, away, full, full, slow, slow];
    const { lines, until } = start(
      often(async () => {
        const failure = failures.shift();
        if (failure) throw failure;
        return 'done';
      }),
    );
    await until('finished');
    expect(lines.map(({ details }) => (details as { cause: string }).cause)).toEqual([
      'ECONNREFUSED refused',
      '53100 no space',
      '57014 too slow',
      '57014 too slow',
    ]);
  });

  it('waits longer after each failure in a row, up to ten minutes', () => {
    const delays = (everyMs: number) => [0, 1, 2, 9, 100].map((n) => delayMs(everyMs, n, 0.5));
    expect(delays(5000)).toEqual([5000, 10_000, 20_000, 600_000, 600_000]);
    expect(delays(3_600_000)).toEqual(Array(5).fill(3_600_000));
    expect([delayMs(1000, 0, 0), delayMs(1000, 0, 1)]).toEqual([900, 1100]);
  });
});

describe('stop', () => {
  it('aborts the signal and waits until the work under way has ended', async () => {
    const steps: string[] = [];
    const begun = gate();
    const { lines, runs, stop } = start(
      often(async ({ database: { pool }, signal }) => {
        begun.open();
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        await pool.query('SELECT 1');
        steps.push('job ended');
        return 'again';
      }),
    );
    await begun.opened;
    await stop().then(() => steps.push('stopped'));
    expect(steps).toEqual(['job ended', 'stopped']);
    expect(runs).toMatchObject([{ outcome: 'succeeded' }]);
    expect(lines).toEqual([]);
  });

  it('logs no error for a job that throws because of it, and leaves no connection', async () => {
    const begun = gate();
    const { lines, runs, stop } = start(
      often(async ({ signal }) => {
        begun.open();
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        throw signal.reason;
      }),
    );
    await begun.opened;
    await stop();
    expect(runs).toMatchObject([{ outcome: 'stopped' }]);
    expect(lines).toEqual([]);
    const left = () =>
      sql(`SELECT 1 FROM pg_stat_activity WHERE datname = current_database()
        AND application_name = 'secure-release-platform jobs'`);
    await expect.poll(left).toEqual([]);
  });
});
