import type { Feature } from '../../platform/feature.js';
import { holdsRoutes } from './holds.routes.js';
import { CreateLegalHold, LegalHold, LiftLegalHold } from './holds.schemas.js';
import { holdsService } from './holds.service.js';
import { policyRoutes } from './policy.routes.js';
import { CreateRetentionPolicy, RetentionPolicy } from './policy.schemas.js';
import { policyService } from './policy.service.js';

/** How long documents are kept, and holds that keep them longer. `npm run retention` removes what may go. */
export const retention: Feature = {
  tag: { name: 'retention', description: 'How long the documents of releases are kept' },
  async plugin(app) {
    for (const schema of [
      RetentionPolicy,
      CreateRetentionPolicy,
      LegalHold,
      CreateLegalHold,
      LiftLegalHold,
    ])
      app.addSchema(schema);
    await app.register(policyRoutes, { prefix: '/retention-policies', policies: policyService() });
    await app.register(holdsRoutes, { prefix: '/legal-holds', holds: holdsService() });
  },
};
