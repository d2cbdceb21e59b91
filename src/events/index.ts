export { type EventType, IMPORTED, type ImportedKind } from './catalogue.js';
export { type ChangeContext, change } from './change.js';
export { importJob } from './import.js';
export { lackOf } from './members.js';
export { hasDigest, hasRow, ROWS, rowTypesOf } from './rows.js';
export { onRecorded } from './signal.js';
