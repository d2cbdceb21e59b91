import { DocumentFault } from './fault.js';

/** The fault with which something ends that has to end with one; for tests. */
export function faultOf(run: () => unknown): DocumentFault {
  try {
    run();
  } catch (error) {
    if (error instanceof DocumentFault) return error;
    throw error;
  }
  throw new Error('no fault');
}
