export { withClaimsBefore } from './claims-before.js';
export { type AsOf, asOf, CURRENT, currentOf, NOW } from './current.sql.js';
export {
  type DocumentReader,
  type DocumentThreads,
  documentReader,
  evidenceWorker,
} from './document-reader.js';
export { type DocumentStore, documentStore } from './document-store.js';
export { EVIDENCE_DIGEST, EVIDENCE_INPUT } from './evidence.input.sql.js';
export { KIND_NAMES } from './evidence.schemas.js';
export { type Removal, removalsOf } from './removals.js';
export { digestsNow, parsedDigests, type RowDigests } from './row-digests.js';
export { digestedColumns } from './row-digests.sql.js';
export { openStored } from './stored-document.js';
export { ofSubject } from './subject.sql.js';
export { findingCounts, findingCountsExample, testCounts } from './summary.schemas.js';
