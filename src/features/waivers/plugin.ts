import type { Config } from '../../config/config.js';
import { type Place, query } from '../../database/context.js';
import type { Feature } from '../../platform/feature.js';
import { ENDING_DAYS, WAIVERS_ENDING } from './counted.sql.js';
import { waiversRoutes } from './waivers.routes.js';
import { CreateWaiver, RevokeWaiver, Waiver } from './waivers.schemas.js';
import { waiversService } from './waivers.service.js';

interface Dependencies {
  readonly config: Config;
  readonly database: Place;
}

/** Exceptions with an expiry date: one person requests a waiver, another approves it. */
export const waivers: Feature = {
  tag: {
    name: 'waivers',
    description:
      'Exceptions with an expiry date: one person requests a waiver, another approves it',
  },
  async plugin(app, { database }: Dependencies) {
    app.pacedGauge(
      {
        name: 'srp_waivers_ending',
        help: `Waivers that count and end within ${ENDING_DAYS} days; counted among the next 5,000 that end`,
      },
      async () => (await query<{ count: number }>(database, WAIVERS_ENDING, []))[0]?.count,
    );
    for (const schema of [Waiver, CreateWaiver, RevokeWaiver]) app.addSchema(schema);
    await app.register(waiversRoutes, { prefix: '/waivers', waivers: waiversService() });
  },
};
