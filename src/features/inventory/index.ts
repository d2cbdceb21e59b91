export { appliedClaim, joinedIds } from './claims.sql.js';
export { defectsOf } from './defects.sql.js';
export { ListRunningFindingsQuery } from './inventory.queries.js';
export { FoundFinding, FoundFindingRef } from './inventory.schemas.js';
export { runningFindings } from './running-findings.js';
