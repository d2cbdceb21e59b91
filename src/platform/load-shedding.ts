import { getHeapStatistics } from 'node:v8';
import underPressure from '@fastify/under-pressure';
import fp from 'fastify-plugin';
import type { Config } from '../config/config.js';
import { AppError } from '../shared/app-error.js';

/** Of what V8 may use: beyond it, collecting garbage takes most of the time. */
const HEAP_SHARE = 0.9;

/** The delay is the mean of a second, and the start of the server keeps the processor busy, too. */
const START_MS = 2000;

/**
 * Refuses work while there is too much of it, so that what was begun is finished. Probes and metrics are
 * answered: they are how somebody finds out.
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
        throw new AppError('overloaded', 'The server has too much to do; try again', {
          headers: { 'retry-after': '5' },
        });
      },
    });
  },
  { name: 'load-shedding', fastify: '5.x', dependencies: ['errors'] },
);

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answered also under too much load: for those who watch. */
    alwaysServed?: boolean;
  }
}
