import { chain, isReadOnly } from './errors.js';

/** What a public answer may say of each cause: no names, addresses or messages of the database. */
const REASONS: readonly (readonly [code: RegExp, reason: string])[] = [
  [/^53100$/, 'The disk of the database is full'],
  [/^(?:53300|P2037)$/, 'The database has no free connection'],
  [/^53/, 'The database is out of memory or another resource'],
  [/^(?:28|P1000$|P1010$)/, 'The database refuses the login of this server'],
  [/^(?:3D000|P1003)$/, 'The database of this server does not exist'],
  [/^42501$/, 'The database role of this server lacks a right'],
  [/^58/, 'The database cannot use its disk'],
  [/^57P0[1-4]$/, 'The database is starting or stopping'],
  [/^(?:ECONNREFUSED|P1001)$/, 'The database does not run, or is not reachable'],
  [/^(?:ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/, 'The database is not reachable'],
];

/** How the messages of our time limits begin. */
export const POOL_IN_USE = 'timeout expired: all connections of this instance are in use';

/** Why the database is unavailable, in one clause that anybody may read. The log has the cause itself. */
export function publicReason(error: unknown): string {
  if (isReadOnly(error)) return 'The database takes no writes: it is a standby or read-only';
  for (const { code, message } of chain(error)) {
    if (typeof message === 'string' && message.startsWith(POOL_IN_USE)) {
      return 'All database connections of this instance are in use';
    }
    if (typeof code !== 'string') continue;
    const [, reason] = REASONS.find(([pattern]) => pattern.test(code)) ?? [];
    if (reason !== undefined) return reason;
  }
  return 'The database does not answer';
}
