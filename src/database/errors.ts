/**
 * Codes of Node, PostgreSQL and Prisma for "the database is currently unavailable"
 * (https://www.postgresql.org/docs/current/errcodes-appendix.html). A retry helps once the database is corrected.
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
  '25006', // read_only_sql_transaction: the server takes no writes, such as a standby after a failover
  '25P03', // idle_in_transaction_session_timeout
  '25P04', // transaction_timeout
  '26000', // invalid_sql_statement_name: a proxy changed the session behind the connection
  '3D000', // invalid_catalog_name: the database was dropped or renamed
  '40001', // serialization_failure
  '40003', // statement_completion_unknown
  '40P01', // deadlock_detected
  '42501', // insufficient_privilege: the role lost a right
  '55P03', // lock_not_available: the lock timeout
  'P1000', // 28P01
  'P1001',
  'P1002',
  'P1003', // 3D000
  'P1008',
  'P1010', // 28000
  'P1017',
  'P2024',
  'P2028', // the transaction did not start or end in time
  'P2034', // two transactions conflict
  'P2037', // 53300
]);

/**
 * Classes of SQLSTATE that are never the fault of a request: connection exception, invalid authorization, insufficient
 * resources (such as a full disk), operator intervention, system error.
 */
const UNAVAILABLE_CLASS = /^(?:08|28|53|57|58)[0-9A-Z]{3}$/;

/** A standby's answer to BEGIN READ WRITE. Its code 0A000 has other meanings. */
const STANDBY = 'cannot set transaction read-write mode during recovery';

/** How messages begin that have no code, or one of several meanings. */
const UNAVAILABLE_TEXTS = [
  'timeout exceeded when trying to connect',
  'timeout expired',
  'Query read timeout',
  'Connection terminated',
  'Client has encountered a connection error',
  'Connection ended unexpectedly',
  STANDBY,
  // Also 0A000, after a table was altered. Only a new connection plans the statement again.
  'cached plan must not change result type',
];

/** The database answers, but the work took too long or conflicts with another transaction. */
const BUSY = new Set(['40001', '40P01', '55P03', '57014', 'P2028', 'P2034']);

/** query_canceled: the statement ran too long. */
const STATEMENT_TIMEOUT = '57014';

/** lock_not_available: the statement waited too long for a lock. */
const LOCK_TIMEOUT = '55P03';

interface ErrorLike {
  code?: unknown;
  message?: unknown;
  cause?: unknown;
  meta?: { driverAdapterError?: unknown };
}

/** Yields an error, its causes, and the driver's error that Prisma wraps. */
export function* chain(error: unknown, depth = 0): Generator<ErrorLike> {
  if (typeof error !== 'object' || error === null || depth > 5) return;
  const link = error as ErrorLike;
  yield link;
  yield* chain(link.cause, depth + 1);
  yield* chain(link.meta?.driverAdapterError, depth + 1);
}

/** The pool's message. The message of its cause misleadingly describes a lost connection. */
const NOT_CONNECTED = 'Connection terminated due to connection timeout';

/** Code and message of the root cause, in one line. */
export function rootCause(error: unknown): string {
  const causes = [...chain(error)].filter(({ code, message }) => code || message);
  const root = causes.find(({ message }) => message === NOT_CONNECTED) ?? causes.at(-1);
  const { code = '', message = '' } = root ?? {};
  return `${code} ${message}`.trim();
}

/** True if the error or one of its causes means that the database is unavailable. */
export function isDatabaseUnavailable(error: unknown): boolean {
  return [...chain(error)].some(
    ({ code, message }) =>
      (typeof code === 'string' && (UNAVAILABLE.has(code) || UNAVAILABLE_CLASS.test(code))) ||
      (typeof message === 'string' && UNAVAILABLE_TEXTS.some((text) => message.startsWith(text))),
  );
}

/** True if the database answers, but this work did not finish in time. */
export function isDatabaseBusy(error: unknown): boolean {
  return [...chain(error)].some(({ code }) => typeof code === 'string' && BUSY.has(code));
}

/** True if the server takes no writes: it is a standby, or was set to read-only. */
export function isReadOnly(error: unknown): boolean {
  return [...chain(error)].some(
    ({ code, message }) =>
      code === '25006' || (typeof message === 'string' && message.startsWith(STANDBY)),
  );
}

/** True if a statement waited too long for a lock. */
export function isLockTimeout(error: unknown): boolean {
  return [...chain(error)].some(({ code }) => code === LOCK_TIMEOUT);
}

/** True if a row does not meet a CHECK constraint. */
export function isCheckViolation(error: unknown): boolean {
  return [...chain(error)].some(({ code }) => code === '23514');
}

/** True if a statement ran too long. */
export function isStatementTimeout(error: unknown): boolean {
  return [...chain(error)].some(({ code }) => code === STATEMENT_TIMEOUT);
}

/** True if a row with the same unique value exists. */
export function isUniqueViolation(error: unknown): boolean {
  return [...chain(error)].some(({ code }) => code === 'P2002' || code === '23505');
}

/** True if a referenced row does not exist, or a row to delete is referenced (PostgreSQL 18: 23001). */
export function isForeignKeyViolation(error: unknown): boolean {
  return [...chain(error)].some(
    ({ code }) => code === 'P2003' || code === '23503' || code === '23001',
  );
}

/**
 * True if the database refused a row because of another row, a constraint or a trigger (class 23). What a request can
 * cause by itself has its own answer before; this is a change at the same time.
 */
export function isConstraintViolation(error: unknown): boolean {
  return [...chain(error)].some(
    ({ code }) =>
      typeof code === 'string' &&
      (/^23[0-9A-Z]{3}$/.test(code) || ['P2002', 'P2003', 'P2004', 'P2025'].includes(code)),
  );
}
