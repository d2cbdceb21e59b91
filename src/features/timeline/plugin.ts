import type { Feature } from '../../platform/feature.js';
import { timelineRoutes } from './timeline.routes.js';
import { TimelineEntry } from './timeline.schemas.js';
import { timelineService } from './timeline.service.js';

/** What happened to a release. */
export const timeline: Feature = {
  tag: { name: 'timeline', description: 'What happened to a release, when, and by whom' },
  async plugin(app) {
    app.addSchema(TimelineEntry);
    await app.register(timelineRoutes, { timeline: timelineService() });
  },
};
