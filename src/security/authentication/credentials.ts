import type { Caller } from '../../access/caller.js';
import { AppError } from '../../shared/app-error.js';

/** The caller of a credential, and for how many milliseconds it is valid from when its verification began. */
export interface Verified {
  readonly caller: Caller;
  readonly validMs: number;
}

/**
 * Returns the error for a refused credential.
 * @param detail goes into the problem and a quoted header: ASCII without quotes
 */
export function refused(detail: string, cause?: unknown): AppError {
  return new AppError('unauthenticated', detail, { cause });
}
