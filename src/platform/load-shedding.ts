import { getHeapStatistics } from 'node:v8';
import underPressure from '@fastify/under-pressure';
import fp from 'fastify-plugin';
import type { Config } from '../config/config.js';
import { AppError } from '../shared/app-error.js';

/** Share of the V8 heap limit. Above it, garbage collection takes most of the time. */
const HEAP_SHARE = 0.9;

/** The measured delay is the mean of one second, which at first includes the start of the server. */
const START_MS = 2000;

/**
 * Refuses new requests while the server is overloaded, so that requests in progress finish. Probes and metrics are
 * always served, because operators need them then.
 */
export default fp<{ config: Config }>(
  async (app, { config }) => {
    if (config.MAX_EVENT_LOOP_DELAY_MS === 0) return;
    let from = Number.POSITIVE_INFINITY;
    app.addHook('onReady', async () => {
      from = performance.now() + START_MS;
    });
    await app.register(underPressure, {
      maxEventLoopDelay: config.MAX_EVENT_LOOP_DELAY_MS,
      maxHeapUsedBytes: getHeapStatistics().heap_size_limit * HEAP_SHARE,
      pressureHandler: (request) => {
        if (request.routeOptions.config.alwaysServed || performance.now() < from) return;
        throw new AppError(
          'overloaded',
          'The server is overloaded. Retry after the seconds in Retry-After',
          {
            headers: { 'retry-after': '5' },
          },
        );
      },
    });
  },
  { name: 'load-shedding', fastify: '5.x', dependencies: ['errors'] },
);

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Served even if the server is overloaded: probes and metrics. */
    alwaysServed?: boolean;
  }
}
