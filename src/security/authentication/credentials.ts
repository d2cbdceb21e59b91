import type { Caller } from '../../access/caller.js';
import { AppError } from '../../shared/app-error.js';

/** What a credential stands for, and until when (milliseconds since 1970). */
export interface Verified {
  readonly caller: Caller;
  readonly expiresAt: number;
}

/**
 * A credential that is not accepted.
 * @param detail for its holder and for a quoted header: ASCII without quotes
 */
export function refused(detail: string, cause?: unknown): AppError {
  return new AppError('unauthenticated', detail, { cause });
}
