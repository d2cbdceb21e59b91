import type { Feature } from '../../platform/feature.js';
import { identitiesRoutes } from './identities.routes.js';
import { CreateLink, Identity, IdentityLink } from './identities.schemas.js';
import { identitiesService } from './identities.service.js';
import { linksService } from './links.service.js';

/** People and programs, the names of one person, and who may not call any more. */
export const identities: Feature = {
  tag: { name: 'identities', description: 'People and programs, and the names of one person' },
  async plugin(app) {
    for (const schema of [IdentityLink, Identity, CreateLink]) app.addSchema(schema);
    const services = { identities: identitiesService, links: linksService };
    await app.register(identitiesRoutes, { prefix: '/identities', ...services });
  },
};
