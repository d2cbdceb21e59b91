export { appliedClaim } from './claims.sql.js';
export { defectsOf } from './defects.sql.js';
