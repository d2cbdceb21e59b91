import type { Feature } from '../../platform/feature.js';
import { verdictsRoutes } from './verdicts.routes.js';
import { Assertion, CreateVerdict, StoredVerdict, Verdict } from './verdicts.schemas.js';
import { verdictsService } from './verdicts.service.js';

/** May this version ship, and why? */
export const verdicts: Feature = {
  tag: { name: 'gate', description: 'May this version ship, and why?' },
  async plugin(app) {
    for (const schema of [Verdict, StoredVerdict, CreateVerdict, Assertion]) app.addSchema(schema);
    await app.register(verdictsRoutes, { verdicts: verdictsService() });
  },
};
