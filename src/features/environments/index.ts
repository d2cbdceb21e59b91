export { ENVIRONMENT_INPUT, RUNNING_INPUT, RUNS_INPUT } from './environment.input.sql.js';
export {
  AFTER_INPUT,
  ROLLBACK_INPUT,
  STAYS_INPUT,
  STOPS_INPUT,
  WINDOWS_INPUT,
} from './line.input.sql.js';
export {
  lineAt,
  promotionsAt,
  rollbackAt,
  rollbackEnds,
  type Stay,
  type StoredRollback,
  type StoredWindow,
} from './line-at.js';
export { requireRecentSignIn } from './recent-sign-in.js';
