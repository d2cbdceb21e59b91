import type { Feature } from '../../platform/feature.js';
import { waiversRoutes } from './waivers.routes.js';
import { CreateWaiver, RevokeWaiver, Waiver } from './waivers.schemas.js';
import { waiversService } from './waivers.service.js';

/** Findings that need not keep a release from shipping, for a time. */
export const waivers: Feature = {
  tag: {
    name: 'waivers',
    description: 'Findings that need not keep a release from shipping, for a time',
  },
  async plugin(app) {
    for (const schema of [Waiver, CreateWaiver, RevokeWaiver]) app.addSchema(schema);
    await app.register(waiversRoutes, { prefix: '/waivers', waivers: waiversService() });
  },
};
