import type { Read } from '../../database/sql.js';
import type { Report } from './verify-log.js';

/**
 * Called for what cannot be compared.
 * @param what such as `evidence`
 * @param why a clause about one of them
 */
export type Unsure = (what: string, why: string, count?: number) => void;

/** What compares rows has: the snapshot, and whom to tell. */
export interface Verifier {
  readonly read: Read;
  readonly report: Report;
  readonly unsure: Unsure;
}
