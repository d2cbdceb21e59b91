import type { Feature } from '../../platform/feature.js';
import { ReleaseDiff } from './diff.schemas.js';
import { inventoryRoutes } from './inventory.routes.js';
import { Component, Finding, FoundComponent, FoundFinding } from './inventory.schemas.js';
import { inventoryService } from './inventory.service.js';
import { ReleaseSummary } from './summary.js';

const SCHEMAS = [Component, FoundComponent, Finding, FoundFinding, ReleaseSummary, ReleaseDiff];

export const inventory: Feature = {
  tag: {
    name: 'inventory',
    description:
      'Components and findings of releases, and searches such as "which releases contain log4j?"',
  },
  async plugin(app) {
    for (const schema of SCHEMAS) app.addSchema(schema);
    await app.register(inventoryRoutes, { inventory: inventoryService() });
  },
};
