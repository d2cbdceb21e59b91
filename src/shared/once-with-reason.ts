import { AppError } from './app-error.js';
import type { ProblemCode } from './problems.js';

/** Something that happens once and for a reason, such as a revocation. */
export interface Once {
  /** The reason that is stored; null if it has not happened. */
  readonly stored: string | null;
  readonly reason: string;
  readonly code: ProblemCode;
  /** Names the subject in the message, such as "release". */
  readonly what: string;
  /** The past participle for the message, such as "revoked". */
  readonly done: string;
}

/**
 * Has it happened, for the same reason? Then a repeated request changes nothing.
 * @throws {AppError} `code` if it has happened for another reason
 */
export function hasHappened({ stored, reason, code, what, done }: Once): boolean {
  if (stored === null) return false;
  if (stored === reason) return true;
  throw new AppError(code, `The ${what} was already ${done} for another reason: ${stored}`);
}
