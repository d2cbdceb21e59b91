import type { Feature } from '../../platform/feature.js';
import { waiversRoutes } from './waivers.routes.js';
import { CreateWaiver, RevokeWaiver, Waiver } from './waivers.schemas.js';
import { waiversService } from './waivers.service.js';

/** Exceptions with an expiry date: one person requests a waiver, another approves it. */
export const waivers: Feature = {
  tag: {
    name: 'waivers',
    description:
      'Exceptions with an expiry date: one person requests a waiver, another approves it',
  },
  async plugin(app) {
    for (const schema of [Waiver, CreateWaiver, RevokeWaiver]) app.addSchema(schema);
    await app.register(waiversRoutes, { prefix: '/waivers', waivers: waiversService() });
  },
};
