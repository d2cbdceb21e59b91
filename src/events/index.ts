export { type EventType, IMPORTED } from './catalogue.js';
export { type ChangeContext, change } from './change.js';
export { importJob } from './import.js';
export { onRecorded } from './signal.js';
