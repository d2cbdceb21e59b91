import { AppError } from '../shared/app-error.js';
import { ANONYMOUS, type Caller } from './caller.js';

/** Characters that nobody sees, such as a zero-width space. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;

/**
 * Subjects that differ only in case, in the encoding of a letter, or in invisible characters can stand for the same
 * person. Upper case comes last, because lower case of Σ depends on its place in the word.
 */
export const comparable = (subject: string): string =>
  subject.normalize('NFKC').replace(INVISIBLE, '').toLowerCase().toUpperCase();

/** Every name under which the caller acts now, in the form in which subjects are compared. */
export const namesOfCaller = ({ subject, aliases = [] }: Caller): string[] => [
  ...new Set(
    [subject, ...aliases.filter(({ until }) => until === null).map((one) => one.subject)].map(
      comparable,
    ),
  ),
];

/** @throws {AppError} `identity-required` for a caller that is not authenticated */
export function requireIdentity(caller: Caller, what = 'Approval'): void {
  if (caller.subject !== ANONYMOUS.subject) return;
  const detail = [
    `${what} needs authenticated callers, and this server runs with AUTH_MODE=none`,
    'Start it with AUTH_MODE=token',
  ].join('. ');
  throw new AppError('identity-required', detail);
}

/**
 * What only people do. Tokens are programs, unless an admin marked one for a person.
 * @param what continues "needs a person": the act in the words of a message, such as "Approval"
 * @throws {AppError} `identity-required` for every other caller
 */
export function requirePerson(caller: Caller, what: string): void {
  requireIdentity(caller, what);
  if (caller.person) return;
  const detail = [
    `${what} needs a person, and ${caller.subject} called with the token of a program`,
    'Sign in at /sign-in, or let an admin create a token with "person": true for you',
  ].join('. ');
  throw new AppError('identity-required', detail);
}

/** The error for a caller that requested what it approves. */
export function ownRequest(what: string): AppError {
  const detail = `You requested this ${what} yourself. Another person must approve it`;
  return new AppError('four-eyes-required', detail);
}

/**
 * Whether the subject is the caller, by this or another name. A link that ended still counts for what was done before
 * its end.
 * @param at when the subject acted
 */
export function isSamePerson(
  { subject, aliases = [] }: Pick<Caller, 'subject' | 'aliases'>,
  other: string,
  at: Date,
): boolean {
  const names = aliases.filter(({ until }) => until === null || at <= until);
  return [{ subject }, ...names].some((name) => comparable(name.subject) === comparable(other));
}

/**
 * A request must be approved by another subject than its requester, and both must be known. The database has the same
 * rule as a constraint, in its own collation: translate its violation to `ownRequest`.
 * @param what the request in the words of a message, such as "waiver"
 * @throws {AppError} `identity-required`, `four-eyes-required`
 */
export function requireOtherSubject(
  caller: Caller,
  requestedBy: string,
  requestedAt: Date,
  what: string,
): void {
  requireIdentity(caller);
  if (requestedBy === ANONYMOUS.subject) {
    const detail = `The ${what} was requested without authentication. Request it again with a token`;
    throw new AppError('identity-required', detail);
  }
  if (isSamePerson(caller, requestedBy, requestedAt)) throw ownRequest(what);
}
