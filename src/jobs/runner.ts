import pg from 'pg';
import type { Database } from '../database/client.js';
import { isDatabaseBusy, isDatabaseUnavailable, rootCause } from '../database/errors.js';
import { type Alarm, alarm } from './alarm.js';
import type { Job, JobContext, JobLog, JobOutcome, JobRun } from './job.js';
import { withLock } from './lock.js';

type Observe = (run: JobRun) => void;

export interface JobsOptions {
  readonly jobs: readonly Job[];
  readonly database: Database;
  readonly log: JobLog;
  /** Called after each run. */
  readonly observe?: Observe;
}

export interface RunningJobs {
  /** Starts no more runs, aborts the signals of current runs and waits for them. */
  stop(): Promise<void>;
}

/** Maximum wait after repeated failures, unless the period is longer. */
const MAX_BACKOFF_MS = 600_000;

/** Maximum wait while the database is away. A connection that is refused costs it nothing. */
const MAX_AWAY_MS = 8000;

/** Wait after a run that a job asked for, and that another instance prevented. */
const SKIPPED_MS = 1000;

const isAway = (error: unknown) => isDatabaseUnavailable(error) && !isDatabaseBusy(error);

/** Time until the next run: the period, doubled for each consecutive failure, ± 10 %. */
export function delayMs(everyMs: number, failures: number, random = Math.random()): number {
  const backoff = Math.min(everyMs * 2 ** failures, MAX_BACKOFF_MS);
  return Math.max(everyMs, backoff) * (0.9 + 0.2 * random);
}

/** The same, but after a failure because the database was away the job runs soon after it is back. */
export function delayAfter(error: unknown, everyMs: number, failures: number): number {
  const delay = delayMs(everyMs, failures);
  return isAway(error) ? Math.min(delay, MAX_AWAY_MS * (0.9 + 0.2 * Math.random())) : delay;
}

/**
 * Opens a separate pool for the locks. With the shared pool, a job could deadlock: it would hold one connection while
 * it waits for another. Idle connections close.
 */
function openLocks({ pool }: Database, max: number): pg.Pool {
  const application_name = 'secure-release-platform jobs';
  const locks = new pg.Pool({ ...pool.options, max, application_name });
  locks.on('error', () => {}); // the next run opens another connection
  locks.on('connect', (client) => client.on('error', () => {}));
  return locks;
}

/** @param before the failure of the run before. The same cause is logged once, as long as the database is away */
function logFailure(log: JobLog, error: unknown, before: unknown, nextMs: number): void {
  const nextTryInSeconds = Math.round(nextMs / 1000);
  if (!isDatabaseUnavailable(error)) {
    log.error({ err: error, nextTryInSeconds }, 'job failed');
    return;
  }
  const cause = rootCause(error);
  if (isAway(error) && cause === rootCause(before)) return;
  log.warn({ cause, nextTryInSeconds }, 'job failed: the database is not available');
}

/** Runs the job once under the lock. Throws the errors of the job. */
async function runOnce(
  { name, run }: Job,
  locks: pg.Pool,
  { signal: stop, ...context }: JobContext,
): Promise<JobOutcome> {
  const ending = new AbortController();
  const onStop = () => ending.abort(stop.reason);
  stop.addEventListener('abort', onStop);
  const work = async () => {
    const result = await run({ ...context, signal: ending.signal });
    return result === 'done' ? 'finished' : 'succeeded';
  };
  try {
    const outcome = await withLock(locks, `job ${name}`, work, (error) => ending.abort(error));
    return outcome ?? 'skipped';
  } finally {
    stop.removeEventListener('abort', onStop);
  }
}

/** Repeats a job until it returns `'done'` or `signal` is aborted. */
async function repeat(job: Job, locks: pg.Pool, context: JobContext, observe: Observe) {
  const { wait, end } = alarm(job, context.signal);
  await repeatWith(wait, job, locks, context, observe).finally(end);
}

async function repeatWith(
  wait: Alarm['wait'],
  job: Job,
  locks: pg.Pool,
  context: JobContext,
  observe: Observe,
) {
  const { log, signal } = context;
  let failures = 0;
  let failure: unknown;
  let waitMs = job.runAtStart ? 0 : job.everyMs * Math.random();
  for (;;) {
    const woken = await wait(waitMs, failures > 0);
    if (signal.aborted) return;
    const began = performance.now();
    const before = failure;
    failure = undefined;
    const outcome = await runOnce(job, locks, context).catch((error: unknown): JobOutcome => {
      failure = error;
      return signal.aborted ? 'stopped' : 'failed';
    });
    const seconds = (performance.now() - began) / 1000;
    failures = outcome === 'failed' ? failures + 1 : 0;
    waitMs = delayAfter(failure, job.everyMs, failures);
    // The instance that has the lock may have looked before this one's work was there.
    if (outcome === 'skipped' && woken) waitMs = Math.min(waitMs, SKIPPED_MS);
    if (outcome === 'failed') logFailure(log, failure, before, waitMs);
    observe({ name: job.name, outcome, seconds });
    if (outcome === 'finished') return;
  }
}

/** Starts all jobs. They repeat independently, so a slow job does not delay the others. */
export function startJobs({ jobs, database, log, observe = () => {} }: JobsOptions): RunningJobs {
  const locks = openLocks(database, Math.max(1, jobs.length));
  const stopping = new AbortController();
  const repeating = jobs.map((job) => {
    const context = { database, log: log.child({ job: job.name }), signal: stopping.signal };
    return repeat(job, locks, context, observe).catch((error: unknown) => {
      context.log.error({ err: error }, 'job does not run any more');
    });
  });
  let stopped: Promise<void> | undefined;
  return {
    stop() {
      stopping.abort();
      stopped ??= Promise.all(repeating).then(() => locks.end());
      return stopped;
    },
  };
}
