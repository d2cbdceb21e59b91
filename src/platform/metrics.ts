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
import { AppError } from '../shared/app-error.js';
import { paced } from '../shared/paced.js';
import { QUOTAS } from '../shared/quota.js';
import { onClosedEarly } from './closed-early.js';
import { describeFiles } from './disk-metrics.js';
import { decorateServerMetrics, describePool } from './server-metrics.js';

declare module 'fastify' {
  interface FastifyInstance {
    /** Adds a counter of a feature. The values of its labels must be few. */
    counter<Label extends string>(options: CounterConfiguration<Label>): Counter<Label>;
    /** Adds a gauge of a feature. The values of its labels must be few. */
    gauge<Label extends string>(options: GaugeConfiguration<Label>): Gauge<Label>;
    /**
     * Adds a gauge whose value is read from the database. A scrape shows what was read before, and reads again at most
     * every 30 seconds. After 10 minutes without an answer it shows nothing.
     * @param read one bounded statement. undefined: the value is not known
     */
    pacedGauge(
      options: { readonly name: string; readonly help: string },
      read: () => Promise<number | undefined>,
    ): void;
  }
}

/** In seconds. A read of one row takes one or two milliseconds. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** `/metrics` in the Prometheus text format. Labels are routes instead of paths, so their number is bounded. */
export default fp<{ config: Config; database: Database; build: BuildInfo }>(
  async (app, { config, database, build }) => {
    const registry = new Registry();
    const registers = [registry];
    collectDefaultMetrics({ register: registry });
    describePool(registers, database);
    describeFiles(registers, config);
    decorateServerMetrics(app, registers);
    app.decorate('counter', (options) => new Counter({ ...options, registers }));
    app.decorate('gauge', (options) => {
      const gauge = new Gauge({ ...options, registers });
      // Not known yet is not 0: a gauge without labels would begin with that.
      if (!options.labelNames?.length) gauge.remove();
      return gauge;
    });
    app.decorate('pacedGauge', (options, read) => {
      const look = paced(read);
      app.gauge({
        ...options,
        collect() {
          const value = look();
          if (value === undefined) this.remove();
          else this.set(value);
        },
      });
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
