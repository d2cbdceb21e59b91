import { invalid } from '../shared/app-error.js';
import { SEVERITIES } from '../vocabulary/severity.js';

/** What the parts of a position may be. */
const PARTS = {
  severity: (value: unknown) => (SEVERITIES as readonly unknown[]).includes(value),
  uuid: (value: unknown) =>
    typeof value === 'string' && /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value),
  int: (value: unknown) => Number.isInteger(value) && value === Number(value) >> 0,
} as const;

/** The columns that a list is ordered by, by what they hold. */
export type Order = readonly (keyof typeof PARTS)[];

/** A row's place in a list: a value for each column of its order. */
export type Position = readonly (string | number)[];

/** Opaque to clients, so that what is in it may change. */
export function encodePosition(position: Position): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** @throws {AppError} 400 for what is not a position in a list of this order */
export function decodePosition(order: Order, cursor: string | undefined): Position | undefined {
  if (cursor === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    value = undefined;
  }
  const fits =
    Array.isArray(value) &&
    value.length === order.length &&
    order.every((part, i) => PARTS[part]((value as unknown[])[i]));
  if (fits) return value as Position;
  const message = 'is not a cursor of this list';
  throw invalid([{ in: 'query', pointer: '/cursor', message }]);
}
