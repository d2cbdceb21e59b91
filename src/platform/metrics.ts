import { Type } from '@sinclair/typebox';
import fp from 'fastify-plugin';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { BuildInfo } from '../config/build-info.js';
import type { Config } from '../config/config.js';
import type { Database } from '../database/client.js';
import type { JobRun } from '../jobs/job.js';

declare module 'fastify' {
  interface FastifyInstance {
    /** Counts a run of a job; the runner calls it. */
    observeJob(run: JobRun): void;
  }
}

/** Seconds; a read of one row takes one or two milliseconds. */
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
  gauge('srp_database_connections_max', 'Connections that the pool may open', () => max);
  gauge(
    'srp_database_connections_in_use',
    'Connections that a request is using',
    () => pool.totalCount - pool.idleCount,
  );
  gauge('srp_database_connections_idle', 'Connections that nobody uses', () => pool.idleCount);
  gauge(
    'srp_database_requests_waiting',
    'Requests that wait for a connection',
    // One that is just being handed a free connection does not wait.
    () => Math.max(0, pool.waitingCount - pool.idleCount),
  );
}

/** Labels are names of jobs, which are part of the code. */
function jobMetrics(registers: Registry[]): (run: JobRun) => void {
  const runs = new Counter({
    name: 'srp_job_runs_total',
    help: 'Runs of a job by their outcome: succeeded, finished, failed, stopped, skipped',
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

/** `/metrics` in the text format of Prometheus. Labels are routes, never paths: their number is bounded. */
export default fp<{ config: Config; database: Database; build: BuildInfo }>(
  async (app, { config, database, build }) => {
    const registry = new Registry();
    const registers = [registry];
    collectDefaultMetrics({ register: registry });
    describePool(registers, database);
    app.decorate('observeJob', jobMetrics(registers));
    new Gauge({
      name: 'srp_build_info',
      help: 'What is running; always 1',
      labelNames: ['version', 'commit'],
      registers,
    }).set({ version: build.version, commit: build.commit }, 1);
    const duration = new Histogram({
      name: 'http_request_duration_seconds',
      help: 'From the headers of a request to the last byte of its answer',
      labelNames: ['method', 'route', 'status'],
      buckets: BUCKETS,
      registers,
    });

    app.addHook('onResponse', (request, reply, done) => {
      const route = request.is404 ? 'unmatched' : request.routeOptions.url;
      duration.observe(
        { method: request.method, route, status: reply.statusCode },
        reply.elapsedTime / 1000,
      );
      done();
    });

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
          summary: 'Read the metrics of this instance',
          description:
            'Durations of requests, connections to the database, delay of the event loop, memory; in the text format of Prometheus.',
          response: {
            200: {
              description: 'The metrics',
              content: { 'text/plain': { schema: Type.String() } },
            },
          },
        },
      },
      async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()),
    );
  },
  { name: 'metrics', fastify: '5.x', dependencies: ['openapi'] },
);
