import type { Prisma } from '../generated/prisma/client.js';

/**
 * Returns the value of a JSON column with its type. It is not validated again, because services validate before they
 * write.
 */
export const fromJson = <T>(column: Prisma.JsonValue): T => column as T;

/** Converts a value for a JSON column. Prisma's type does not accept read-only lists and optional members. */
export const toJson = (value: object): Prisma.InputJsonObject => value as Prisma.InputJsonObject;
