import type { Caller } from '../../access/caller.js';
import { AppError } from '../../shared/app-error.js';

/**
 * The caller of a credential, and its expiry in milliseconds since 1970 by the clock of this process. What an API token
 * has left is computed by the clock of the database.
 */
export interface Verified {
  readonly caller: Caller;
  readonly expiresAt: number;
}

/**
 * Returns the error for a refused credential.
 * @param detail goes into the problem and a quoted header: ASCII without quotes
 */
export function refused(detail: string, cause?: unknown): AppError {
  return new AppError('unauthenticated', detail, { cause });
}
