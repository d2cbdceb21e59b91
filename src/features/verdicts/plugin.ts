import type { Feature } from '../../platform/feature.js';
import { verdictsRoutes } from './verdicts.routes.js';
import { Assertion, CreateVerdict, Denial, StoredVerdict, Verdict } from './verdicts.schemas.js';
import { verdictsService } from './verdicts.service.js';

/** The gate: may this version ship, and why? */
export const verdicts: Feature = {
  tag: { name: 'gate', description: 'May this version ship, and why?' },
  async plugin(app) {
    const schemas = [Verdict, StoredVerdict, CreateVerdict, Assertion, Denial];
    for (const schema of schemas) app.addSchema(schema);
    await app.register(verdictsRoutes, { verdicts: verdictsService() });
  },
};
