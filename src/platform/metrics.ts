import { Type } from '@sinclair/typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import {
  Counter,
  type CounterConfiguration,
  collectDefaultMetrics,
  Gauge,
  type GaugeConfiguration,
  Histogram,
  Registry,
} from 'prom-client';
import type { BuildInfo } from '../config/build-info.js';
import type { Config } from '../config/config.js';
import type { Database } from '../database/client.js';
import type { JobRun } from '../jobs/job.js';
import { AppError } from '../shared/app-error.js';
import { QUOTAS } from '../shared/quota.js';
import { onClosedEarly } from './closed-early.js';

declare module 'fastify' {
  interface FastifyInstance {
    /** Records a run of a job. The job runner calls it. */
    observeJob(run: JobRun): void;
    /** Records a comparison of the clocks. @param seconds by how much that of the database is ahead */
    observeClockSkew(seconds: number): void;
    /** Adds a counter of a feature. The values of its labels must be few. */
    counter<Label extends string>(options: CounterConfiguration<Label>): Counter<Label>;
    /** Adds a gauge of a feature. The values of its labels must be few. */
    gauge<Label extends string>(options: GaugeConfiguration<Label>): Gauge<Label>;
  }
}

/** In seconds. A read of one row takes one or two milliseconds. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

function describePool(registers: Registry[], { pool }: Database): void {
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

function clockMetric(registers: Registry[]): (seconds: number) => void {
  const skew = new Gauge({
    name: 'srp_clock_skew_seconds',
    help: 'By how much the clock of the database is ahead of that of this instance, when last compared',
    registers,
  });
  skew.set(Number.NaN); // not compared yet: 0 would say that they agree
  return (seconds) => skew.set(seconds);
}

/** The labels are job names. They are defined in the code, so their number is bounded. */
function jobMetrics(registers: Registry[]): (run: JobRun) => void {
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
  return ({ name, outcome, seconds }) => {
    runs.inc({ name, outcome });
    if (outcome === 'skipped') return;
    duration.observe({ name }, seconds);
    if (outcome === 'succeeded' || outcome === 'finished') success.setToCurrentTime({ name });
  };
}

/** `/metrics` in the Prometheus text format. Labels are routes instead of paths, so their number is bounded. */
export default fp<{ config: Config; database: Database; build: BuildInfo }>(
  async (app, { config, database, build }) => {
    const registry = new Registry();
    const registers = [registry];
    collectDefaultMetrics({ register: registry });
    describePool(registers, database);
    app.decorate('observeJob', jobMetrics(registers));
    app.decorate('observeClockSkew', clockMetric(registers));
    app.decorate('counter', (options) => new Counter({ ...options, registers }));
    app.decorate('gauge', (options) => {
      const gauge = new Gauge({ ...options, registers });
      // Not known yet is not 0: a gauge without labels would begin with that.
      if (!options.labelNames?.length) gauge.remove();
      return gauge;
    });
    const refused = new Counter({
      name: 'srp_quota_exceeded_total',
      help: 'Requests that were refused because of a quota, by its setting',
      labelNames: ['quota'],
      registers,
    });
    for (const quota of QUOTAS) refused.inc({ quota }, 0);
    app.addHook('onError', async (_request, _reply, error) => {
      if (!(error instanceof AppError) || error.code !== 'quota-exceeded') return;
      refused.inc({ quota: String(error.members.quota) });
    });
    new Gauge({
      name: 'srp_build_info',
      help: 'Version and commit of this instance; always 1',
      labelNames: ['version', 'commit'],
      registers,
    }).set({ version: build.version, commit: build.commit }, 1);
    const duration = new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Time from the request headers to the last byte of the response',
      labelNames: ['method', 'route', 'status'],
      buckets: BUCKETS,
      registers,
    });

    const observe = (request: FastifyRequest, reply: FastifyReply, status: number | 'none') => {
      const route = request.is404 ? 'unmatched' : request.routeOptions.url;
      duration.observe({ method: request.method, route, status }, reply.elapsedTime / 1000);
    };
    app.addHook('onResponse', (request, reply, done) => {
      observe(request, reply, reply.statusCode);
      done();
    });
    // A client that gives up is often the first sign of a server that is too slow.
    onClosedEarly(app, (request, reply) =>
      observe(request, reply, reply.raw.headersSent ? reply.statusCode : 'none'),
    );

    app.get(
      '/metrics',
      {
        config: {
          scope: config.METRICS_PUBLIC ? 'public' : 'metrics:read',
          alwaysServed: true,
          rateLimit: false,
        },
        schema: {
          operationId: 'getMetrics',
          summary: 'Get the metrics of this instance',
          description: [
            'Returns request durations, database connections, event loop delay and memory use',
            'in the Prometheus text format.',
          ].join(' '),
          response: {
            200: {
              description: 'The metrics',
              content: { 'text/plain': { schema: Type.String() } },
            },
          },
        },
      },
      async (_request, reply) => {
        // For the next scrape: this one must not wait for a database that hangs.
        app.probeDatabase().catch(() => {});
        return reply.type(registry.contentType).send(await registry.metrics());
      },
    );
  },
  { name: 'metrics', fastify: '5.x', dependencies: ['openapi'] },
);
