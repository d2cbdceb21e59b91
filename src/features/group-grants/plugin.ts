import type { Feature } from '../../platform/feature.js';
import { groupGrantsRoutes } from './group-grants.routes.js';
import { CreateGroupGrant, GroupGrant } from './group-grants.schemas.js';
import { groupGrantsService } from './group-grants.service.js';

/** What members of groups may do after they signed in. */
export const groupGrants: Feature = {
  tag: { name: 'group-grants', description: 'What members of groups may do after they signed in' },
  async plugin(app) {
    for (const schema of [GroupGrant, CreateGroupGrant]) app.addSchema(schema);
    await app.register(groupGrantsRoutes, {
      prefix: '/group-grants',
      grants: groupGrantsService(),
    });
  },
};
