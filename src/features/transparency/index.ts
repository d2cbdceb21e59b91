export { entriesAbout, erasuresOf, type LogEntry, releaseEntries, type UpTo } from './entries.js';
export { erase } from './erase.js';
export { type LogService, logService } from './log.service.js';
export { newOrigin } from './origin.js';
export { LogError, recover, requireReason } from './recover.js';
export { rotate, settleNow } from './rotate.js';
export { openTransparency, type Transparency } from './transparency.js';
export { verify } from './verify.js';
export { SCOPE_OF_KIND, WITHOUT_PROJECT } from './visible.js';
