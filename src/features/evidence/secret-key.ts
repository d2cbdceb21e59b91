import { randomBytes } from 'node:crypto';
import type { CallContext } from '../../database/context.js';
import { bookkeeping } from '../../database/transaction.js';

/** The key for digests of secrets: the same on every instance, made by the first that needs it, and never changed. */
export type SecretKey = (context: CallContext) => Promise<Uint8Array>;

export function secretKey(): SecretKey {
  let known: Uint8Array | undefined;
  const where = { name: 'secrets' };
  const make = (context: CallContext) =>
    bookkeeping(context, async ({ prisma }) => {
      const data = { ...where, value: randomBytes(32) };
      await prisma.serverKey.createMany({ data, skipDuplicates: true });
      return prisma.serverKey.findUniqueOrThrow({ where });
    });
  return async (context) => {
    if (known) return known;
    const row = (await context.prisma.serverKey.findUnique({ where })) ?? (await make(context));
    known = row.value;
    return known;
  };
}
