import type { Prisma } from '../generated/prisma/client.js';
import type { Caller } from '../shared/caller.js';

/**
 * For whom a service works, and where it writes: `prisma` may be a transaction that the caller of the
 * service commits. Hot reads go past it, through the pool: they see what is committed.
 */
export interface CallContext {
  readonly caller: Caller;
  readonly prisma: Prisma.TransactionClient;
}
