import type { Feature } from '../../platform/feature.js';
import { ReleaseDiff } from './diff.schemas.js';
import { inventoryRoutes } from './inventory.routes.js';
import { Component, Finding, FoundComponent, FoundFinding } from './inventory.schemas.js';
import { inventoryService } from './inventory.service.js';
import { ReleaseSummary } from './summary.js';

const SCHEMAS = [Component, FoundComponent, Finding, FoundFinding, ReleaseSummary, ReleaseDiff];

/** Components and findings of releases, by the evidence that counts. */
export const inventory: Feature = {
  tag: {
    name: 'inventory',
    description: 'What releases are made of and what is wrong with them; where is log4j?',
  },
  async plugin(app) {
    for (const schema of SCHEMAS) app.addSchema(schema);
    await app.register(inventoryRoutes, { inventory: inventoryService() });
  },
};
