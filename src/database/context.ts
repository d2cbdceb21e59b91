import type { Caller } from '../access/caller.js';
import type { Prisma, PrismaClient } from '../generated/prisma/client.js';

/** For whom a service works, and where it does: `prisma` may be a transaction that somebody else ends. */
export interface CallContext {
  readonly caller: Caller;
  /** Names the request in the log. */
  readonly requestId: string;
  readonly prisma: Prisma.TransactionClient;
}

/**
 * Does work that is done wholly or not at all: in the transaction under way, or else in one of its own.
 * Everything in it goes through the context that it is given. The pool would be another connection, which
 * sees nothing of the transaction and may have to be waited for.
 * @param timeoutMs how long it may take, where that is more than a few statements
 */
export function atomically<Result>(
  context: CallContext,
  work: (context: CallContext) => Promise<Result>,
  timeoutMs?: number,
): Promise<Result> {
  if (!('$transaction' in context.prisma)) return work(context);
  const client = context.prisma as PrismaClient;
  const options = timeoutMs === undefined ? {} : { timeout: timeoutMs };
  return client.$transaction((prisma) => work({ ...context, prisma }), options);
}
