import { randomBytes } from 'node:crypto';
import type { CallContext } from '../../database/context.js';

/** The key for digests of secrets: the same on every instance, made by the first that needs it, and never changed. */
export type SecretKey = (context: CallContext) => Promise<Uint8Array>;

export function secretKey(): SecretKey {
  let known: Uint8Array | undefined;
  const where = { name: 'secrets' };
  return async ({ prisma }) => {
    if (known) return known;
    const row = await prisma.serverKey.findUnique({ where });
    if (!row) {
      const data = { ...where, value: randomBytes(32) };
      await prisma.serverKey.createMany({ data, skipDuplicates: true });
    }
    known = (row ?? (await prisma.serverKey.findUniqueOrThrow({ where }))).value;
    return known;
  };
}
