export { LogError, recover, requireReason } from './recover.js';
export { entriesAbout, type LogEntry, releaseEntries, type UpTo } from './entries.js';
export { erase } from './erase.js';
export { newOrigin } from './origin.js';
export { openTransparency, type Transparency } from './transparency.js';
export { rotate, settleNow } from './rotate.js';
export { type LogService, logService } from './log.service.js';
export { verify } from './verify.js';
