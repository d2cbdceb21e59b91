import type { FastifyInstance } from 'fastify';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Database } from '../database/client.js';
import type { Job, JobRun } from '../jobs/job.js';

/** Threads of one kind of work, and the requests that wait for one. */
export interface Workers {
  readonly taken: number;
  readonly waiting: number;
  readonly total: number;
}

export const FAILED_LOGINS = ['token', 'session', 'sign-in'] as const;

declare module 'fastify' {
  interface FastifyInstance {
    /** Says which jobs will run. The runner's program calls it before it starts them. */
    expectJobs(jobs: readonly Job[]): void;
    /** Records a run of a job. The job runner calls it. */
    observeJob(run: JobRun): void;
    /** Records a comparison of the clocks. @param seconds by how much that of the database is ahead */
    observeClockSkew(seconds: number): void;
    /** Records whether a probe found the database reachable and writable. */
    observeDatabase(isReady: boolean): void;
    /** Records a credential that was refused, by its kind. */
    observeFailedLogin(kind: (typeof FAILED_LOGINS)[number]): void;
    /** Shows threads. The names of pools are defined in the code. */
    watchWorkers(pool: string, look: () => Workers): void;
  }
}

export function describePool(registers: Registry[], { pool }: Database): void {
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  const { max = 0 } = pool.options;
  gauge('srp_database_connections_max', 'Maximum number of connections in the pool', () => max);
  gauge(
    'srp_database_connections_in_use',
    'Connections in use',
    () => pool.totalCount - pool.idleCount,
  );
  gauge('srp_database_connections_idle', 'Idle connections', () => pool.idleCount);
  gauge(
    'srp_database_requests_waiting',
    'Requests waiting for a connection',
    // A request that is about to get an idle connection does not count.
    () => Math.max(0, pool.waitingCount - pool.idleCount),
  );
}

function clockMetric(registers: Registry[]): FastifyInstance['observeClockSkew'] {
  const skew = new Gauge({
    name: 'srp_clock_skew_seconds',
    help: 'By how much the clock of the database is ahead of that of this instance, when last compared',
    registers,
  });
  skew.set(Number.NaN); // not compared yet: 0 would say that they agree
  return (seconds) => skew.set(seconds);
}

function databaseMetric(registers: Registry[]): FastifyInstance['observeDatabase'] {
  const ready = new Gauge({
    name: 'srp_database_ready',
    help: '1: the last probe found the database reachable and writable, in time. 0: it did not',
    registers,
  });
  ready.remove(); // not probed yet is not 0
  return (isReady) => ready.set(isReady ? 1 : 0);
}

/** The labels are job names. They are defined in the code, so their number is bounded. */
function jobMetrics(registers: Registry[]) {
  const runs = new Counter({
    name: 'srp_job_runs_total',
    help: 'Runs of a job by outcome: succeeded, finished, failed, stopped, skipped',
    labelNames: ['name', 'outcome'],
    registers,
  });
  const duration = new Histogram({
    name: 'srp_job_duration_seconds',
    help: 'Duration of the runs of a job that were not skipped',
    labelNames: ['name'],
    buckets: [0.01, 0.1, 1, 10, 60, 600],
    registers,
  });
  const success = new Gauge({
    name: 'srp_job_last_success_timestamp_seconds',
    help: 'End of the last run that succeeded or finished, in seconds since 1970',
    labelNames: ['name'],
    registers,
  });
  const period = new Gauge({
    name: 'srp_job_period_seconds',
    help: 'Time between runs of a job that this instance runs again',
    labelNames: ['name'],
    registers,
  });
  const expect: FastifyInstance['expectJobs'] = (jobs) => {
    for (const { name, everyMs } of jobs) period.set({ name }, everyMs / 1000);
  };
  const observe: FastifyInstance['observeJob'] = ({ name, outcome, seconds }) => {
    runs.inc({ name, outcome });
    if (outcome === 'finished') period.remove({ name });
    if (outcome === 'skipped') return;
    duration.observe({ name }, seconds);
    if (outcome === 'succeeded' || outcome === 'finished') success.setToCurrentTime({ name });
  };
  return { expect, observe };
}

function loginMetric(registers: Registry[]): FastifyInstance['observeFailedLogin'] {
  const failed = new Counter({
    name: 'srp_failed_logins_total',
    help: 'Credentials that were refused, by kind: token, session, sign-in',
    labelNames: ['kind'],
    registers,
  });
  for (const kind of FAILED_LOGINS) failed.inc({ kind }, 0);
  return (kind) => failed.inc({ kind });
}

function workerMetrics(registers: Registry[]): FastifyInstance['watchWorkers'] {
  const pools = new Map<string, () => Workers>();
  const gauge = (name: string, help: string, value: (workers: Workers) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['pool'],
      registers,
      collect() {
        for (const [pool, look] of pools) this.set({ pool }, value(look()));
      },
    });
  gauge('srp_workers_max', 'Threads of a pool', ({ total }) => total);
  gauge('srp_workers_busy', 'Threads of a pool that work', ({ taken }) => taken);
  gauge('srp_workers_waiting', 'Requests that wait for a thread', ({ waiting }) => waiting);
  return (pool, look) => pools.set(pool, look);
}

/** What the platform measures about itself, apart from requests. */
export function decorateServerMetrics(app: FastifyInstance, registers: Registry[]): void {
  const jobs = jobMetrics(registers);
  app.decorate('expectJobs', jobs.expect);
  app.decorate('observeJob', jobs.observe);
  app.decorate('observeDatabase', databaseMetric(registers));
  app.decorate('observeClockSkew', clockMetric(registers));
  app.decorate('observeFailedLogin', loginMetric(registers));
  app.decorate('watchWorkers', workerMetrics(registers));
}
