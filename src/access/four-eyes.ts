import { AppError } from '../shared/app-error.js';
import { ANONYMOUS, type Caller } from './caller.js';

/** Subjects that differ only in case can stand for the same person. */
const isSame = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/** @throws {AppError} `identity-required` for a caller that is not authenticated */
export function requireIdentity(caller: Caller): void {
  if (caller.subject !== ANONYMOUS.subject) return;
  const detail =
    'Approval needs authenticated callers, and this server runs with AUTH_MODE=none. Start it with AUTH_MODE=token';
  throw new AppError('identity-required', detail);
}

/**
 * A request must be approved by another subject than its requester, and both must be known. The database has the same
 * rule as a constraint.
 * @param what the request in the words of a message, such as "waiver"
 * @throws {AppError} `identity-required`, `four-eyes-required`
 */
export function requireOtherSubject(caller: Caller, requestedBy: string, what: string): void {
  requireIdentity(caller);
  if (requestedBy === ANONYMOUS.subject) {
    const detail = `The ${what} was requested without authentication. Request it again with a token`;
    throw new AppError('identity-required', detail);
  }
  if (isSame(caller.subject, requestedBy)) {
    const detail = `You requested this ${what} yourself. Another person must approve it`;
    throw new AppError('four-eyes-required', detail);
  }
}
