export type { LargeDecisions } from './large-decisions.js';
