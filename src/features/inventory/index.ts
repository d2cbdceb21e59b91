export { APPLIED_CLAIM } from './claims.sql.js';
export { CURRENT } from './conditions.js';
export { defectsOf } from './defects.sql.js';
