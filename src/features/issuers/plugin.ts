import type { Feature } from '../../platform/feature.js';
import { issuersRoutes } from './issuers.routes.js';
import { CreateIssuer, Issuer } from './issuers.schemas.js';
import { issuersService } from './issuers.service.js';

/** Trusted issuers: CI systems that authenticate without a stored secret. */
export const issuers: Feature = {
  tag: {
    name: 'issuers',
    description: 'OpenID Connect issuers: CI systems that authenticate without a stored secret',
  },
  async plugin(app) {
    for (const schema of [Issuer, CreateIssuer]) app.addSchema(schema);
    await app.register(issuersRoutes, { prefix: '/issuers', issuers: issuersService() });
  },
};
