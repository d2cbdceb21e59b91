/**
 * Node's and PostgreSQL's codes for "there is no database to talk to just now"
 * (https://www.postgresql.org/docs/current/errcodes-appendix.html), and Prisma's for the same.
 */
const UNAVAILABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  '25P03', // idle_in_transaction_session_timeout
  '40001', // serialization_failure
  '40P01', // deadlock_detected
  '53100', // disk_full
  '53200', // out_of_memory
  '53300', // too_many_connections
  '55P03', // lock_not_available: the lock timeout
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  '57P05', // idle_session_timeout
  '57014', // query_canceled: the statement timeout
  'P1001',
  'P1002',
  'P1008',
  'P1017',
  'P2024',
  'P2028', // a transaction that did not start or end in time
  'P2034', // a conflict of two transactions
  'P2037', // 53300
]);

/** What pg says without a code. */
const UNAVAILABLE_TEXT =
  /^(timeout exceeded when trying to connect|timeout expired|Query read timeout|Connection terminated|Client has encountered a connection error|Connection ended unexpectedly)/;

/** Codes that mean: it is there, but this took too long or met another transaction. */
const BUSY = new Set(['40001', '40P01', '55P03', '57014', 'P2028', 'P2034']);

/** PostgreSQL's "waited too long for a lock that another transaction holds". */
const LOCK_TIMEOUT = '55P03';

interface ErrorLike {
  code?: unknown;
  message?: unknown;
  cause?: unknown;
  meta?: { driverAdapterError?: unknown };
}

/** An error, what caused it, and what Prisma wraps: its driver's error. */
function* chain(error: unknown, depth = 0): Generator<ErrorLike> {
  if (typeof error !== 'object' || error === null || depth > 5) return;
  const link = error as ErrorLike;
  yield link;
  yield* chain(link.cause, depth + 1);
  yield* chain(link.meta?.driverAdapterError, depth + 1);
}

/** The pool's message, whose own cause reads as if an open connection had been lost. */
const NOT_CONNECTED = 'Connection terminated due to connection timeout';

/** Code and message of what is behind an error, in a line. */
export function rootCause(error: unknown): string {
  const said = [...chain(error)].filter(({ code, message }) => code || message);
  const root = said.find(({ message }) => message === NOT_CONNECTED) ?? said.at(-1);
  const { code = '', message = '' } = root ?? {};
  return `${code} ${message}`.trim();
}

/** Is this error, or one that caused it, the database being out of reach? */
export function isDatabaseUnavailable(error: unknown): boolean {
  return [...chain(error)].some(
    ({ code, message }) =>
      (typeof code === 'string' && (UNAVAILABLE.has(code) || code.startsWith('08'))) ||
      (typeof message === 'string' && UNAVAILABLE_TEXT.test(message)),
  );
}

/** Does the database answer, and only this one piece of work could not be done in time? */
export function isDatabaseBusy(error: unknown): boolean {
  return [...chain(error)].some(({ code }) => typeof code === 'string' && BUSY.has(code));
}

/** Did a statement wait too long for what another transaction holds? */
export function isLockTimeout(error: unknown): boolean {
  return [...chain(error)].some(({ code }) => code === LOCK_TIMEOUT);
}

/** Is there a row already that may be there only once? */
export function isUniqueViolation(error: unknown): boolean {
  return [...chain(error)].some(({ code }) => code === 'P2002' || code === '23505');
}

/** Does a row refer to one that is not there, or would one go that others refer to? PostgreSQL 18 has a code of its own for the latter. */
export function isForeignKeyViolation(error: unknown): boolean {
  return [...chain(error)].some(
    ({ code }) => code === 'P2003' || code === '23503' || code === '23001',
  );
}
