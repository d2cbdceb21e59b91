export { APPLIED_CLAIM } from './claims.sql.js';
export { defectsOf } from './defects.sql.js';
