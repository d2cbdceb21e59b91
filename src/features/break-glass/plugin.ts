import type { FastifyInstance } from 'fastify';
import type { Config } from '../../config/config.js';
import type { Place } from '../../database/context.js';
import type { Feature } from '../../platform/feature.js';
import { breakGlassRoutes, releaseBreakGlassRoutes } from './break-glass.routes.js';
import {
  BreakGlass,
  CreateBreakGlass,
  ReviewBreakGlass,
  UsedBreakGlass,
} from './break-glass.schemas.js';
import { breakGlassService } from './break-glass.service.js';
import { COUNTED, type Counts, countBreakGlass } from './counts.js';
import { countOpening, useCounter } from './openings.js';
import { reviewsJob } from './review-job.js';
import { reviewsService } from './reviews.service.js';

const SCHEMAS = [BreakGlass, UsedBreakGlass, CreateBreakGlass, ReviewBreakGlass];

interface Dependencies {
  readonly config: Config;
  readonly database: Place;
}

/**
 * Gauges of what is open and what waits for a review. A scrape does not wait for the database: it has the counts of the
 * scrape before, and the first one has none.
 * @returns counts an opening
 */
function breakGlassMetrics(app: FastifyInstance, place: Place): (force: boolean) => void {
  let counts: Counts | undefined;
  let isReading = false;
  const read = async () => {
    if (isReading) return;
    isReading = true;
    try {
      counts = await countBreakGlass(place);
    } finally {
      isReading = false;
    }
  };
  app.gauge({
    name: 'srp_break_glass',
    help: 'Break-glasses when last scraped, by state: pending, open, review (not overdue), overdue',
    labelNames: ['state'],
    collect() {
      if (counts) for (const state of COUNTED) this.set({ state }, counts[state]);
      // For the next scrape: this one must not wait for a database that hangs.
      read().catch(() => {});
    },
  });
  const opened = app.counter({
    name: 'srp_break_glass_opened_total',
    help: 'Break-glasses that this instance opened, by force: true takes two people',
    labelNames: ['force'],
  });
  for (const force of ['true', 'false']) opened.inc({ force }, 0);
  return (force) => opened.inc({ force: String(force) });
}

/** Break-glass: a person passes what denies a release, and another person reviews it. */
export const breakGlass: Feature = {
  tag: {
    name: 'break-glass',
    description:
      'A person passes what denies a release, by name and for minutes. Another reviews it',
  },
  jobs: [reviewsJob],
  async plugin(app, { database }: Dependencies) {
    for (const schema of SCHEMAS) app.addSchema(schema);
    useCounter(database.store, breakGlassMetrics(app, database));
    const services = {
      breakGlass: breakGlassService(countOpening(database.store)),
      reviews: reviewsService,
    };
    await app.register(breakGlassRoutes, { prefix: '/break-glass', ...services });
    await app.register(releaseBreakGlassRoutes, { prefix: '/releases/:id', ...services });
  },
};
