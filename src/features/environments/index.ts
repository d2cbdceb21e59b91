export { ENVIRONMENT_INPUT, RUNNING_INPUT } from './environment.input.sql.js';
export { rollbackInput, STOPS_INPUT, WINDOWS_INPUT } from './line.input.sql.js';
export {
  rollbackAt,
  rollbackEnds,
  type StoredRollback,
  type StoredWindow,
  windowsAt,
} from './line-at.js';
