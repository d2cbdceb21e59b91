export { type EventType, IMPORTED, type ImportedKind } from './catalogue.js';
export { type ChangeContext, change } from './change.js';
export { importJob } from './import.js';
export { ROWS, rowDigest, rowTypesOf } from './rows.js';
export { onRecorded } from './signal.js';
