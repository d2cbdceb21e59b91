export { type ApprovalsRow, approvalsInput } from './approvals.input.js';
export { APPROVALS_INPUT, SEEN } from './approvals.input.sql.js';
export { withdrawUnused } from './disabled.js';
export { ensureRequested } from './gate-requests.js';
export { recordStates } from './states.js';
