export { COMPUTE_FACTS } from './facts.sql.js';
export { FIND_HOLDING, type Holding } from './holding.sql.js';
export { decisionWorker, type LargeDecisions, type Waiting } from './large-decisions.js';
export { requireVerdictRecord, type VerdictRecord } from './record.js';
export { decideForBrief } from './threads.js';
export type { DecidedVerdict } from './verdict.js';
export { environmentName, RuleResult } from './verdicts.schemas.js';
export type { VerdictsService } from './verdicts.service.js';
export { withIds } from './with-ids.js';
