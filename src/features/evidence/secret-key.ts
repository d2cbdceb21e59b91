import { randomBytes } from 'node:crypto';
import type { CallContext } from '../../database/context.js';
import { bookkeeping } from '../../database/transaction.js';

/** The key for digests of secrets. The first instance that needs it creates it; all share it, and it never changes. */
export type SecretKey = (context: CallContext) => Promise<Uint8Array>;

export function secretKey(): SecretKey {
  let known: Uint8Array | undefined;
  const where = { name: 'secrets' };
  const create = (context: CallContext) =>
    bookkeeping(context, async ({ prisma }) => {
      const data = { ...where, value: randomBytes(32) };
      await prisma.serverKey.createMany({ data, skipDuplicates: true });
      return prisma.serverKey.findUniqueOrThrow({ where });
    });
  return async (context) => {
    if (known) return known;
    const row = (await context.prisma.serverKey.findUnique({ where })) ?? (await create(context));
    known = row.value;
    return known;
  };
}
