import { DocumentFault } from './fault.js';

/** For tests: runs a function that must throw a `DocumentFault`, and returns that fault. */
export function faultOf(run: () => unknown): DocumentFault {
  try {
    run();
  } catch (error) {
    if (error instanceof DocumentFault) return error;
    throw error;
  }
  throw new Error('expected a DocumentFault, but the call returned');
}
