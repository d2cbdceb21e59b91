export type { DocumentReader } from './document-reader.js';
export { KIND_NAMES } from './evidence.schemas.js';
export { findingCounts, findingCountsExample, testCounts } from './summary.schemas.js';
