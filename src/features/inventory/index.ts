export { appliedClaim, joinedIds } from './claims.sql.js';
export { defectsOf } from './defects.sql.js';
