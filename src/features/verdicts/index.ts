export { FIND_HOLDING, type Holding } from './holding.sql.js';
export type { LargeDecisions } from './large-decisions.js';
export { requireVerdictRecord, type VerdictRecord } from './record.js';
