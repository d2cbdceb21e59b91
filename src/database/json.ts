import type { Prisma } from '../generated/prisma/client.js';

/**
 * What the program wrote into a JSON column, as the type that it wrote. Nothing checks it again: only services write such
 * columns, after validation.
 */
export const fromJson = <T>(column: Prisma.JsonValue): T => column as T;

/** A value of JSON for such a column; Prisma's own type has no room for read-only lists and optional members. */
export const toJson = (value: object): Prisma.InputJsonObject => value as Prisma.InputJsonObject;
