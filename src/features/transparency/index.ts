export { entriesAbout, type LogEntry, releaseEntries, type UpTo } from './entries.js';
export { type LogService, logService } from './log.service.js';
export { newOrigin } from './origin.js';
export { openTransparency, type Transparency } from './transparency.js';
