export { type CheckedRow, ENTRIES } from './check.sql.js';
export { faultOf } from './check-entry.js';
export {
  entriesAbout,
  entryOfLog,
  erasuresOf,
  type LogEntry,
  releaseEntries,
  type UpTo,
} from './entries.js';
export { erase } from './erase.js';
export { erasedData, type Kept } from './erased.js';
export { type LogService, logService } from './log.service.js';
export { newOrigin } from './origin.js';
export { LogError, recover, requireReason } from './recover.js';
export { rotate, settleNow } from './rotate.js';
export { stateOf, troubleOf } from './state.js';
export { openTransparency, type Transparency } from './transparency.js';
export { headBy, tilesBy, tilesOf } from './tree.js';
export { SCOPE_OF_KIND, WITHOUT_PROJECT } from './visible.js';
