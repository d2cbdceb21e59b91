import { invalid } from '../shared/app-error.js';
import { isStorable } from '../shared/text.js';
import { SEVERITIES } from '../vocabulary/severity.js';

/** JavaScript rolls 30 February over, and PostgreSQL has no year 0. */
function isInstant(value: unknown): boolean {
  const time = new Date(typeof value === 'string' ? value : Number.NaN);
  return !Number.isNaN(time.getTime()) && time.toISOString() === value && value >= '0001';
}

/** What the parts of a position may be. */
const PARTS = {
  severity: (value: unknown) => (SEVERITIES as readonly unknown[]).includes(value),
  uuid: (value: unknown) =>
    typeof value === 'string' && /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value),
  text: (value: unknown) => typeof value === 'string' && isStorable(value),
  instant: isInstant,
  null: (value: unknown) => value === null,
  /** PostgreSQL's integer: rows that were not made by a request may have any id. */
  int: (value: unknown) => Number.isInteger(value) && value === Number(value) >> 0,
} as const;

/** A column by what it holds, or a fixed value. */
type Part = keyof typeof PARTS | { readonly is: string };

/** The columns that a list is ordered by. */
export type Order = readonly Part[];

/** A row's place in a list: a value for each column of its order. */
export type Position = readonly (string | number | null)[];

function fits(part: Part, value: unknown): boolean {
  return typeof part === 'object' ? part.is === value : PARTS[part](value);
}

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
  const isPosition =
    Array.isArray(value) &&
    value.length === order.length &&
    order.every((part, i) => fits(part, (value as unknown[])[i]));
  if (isPosition) return value as Position;
  const message = 'is not a cursor of this list';
  throw invalid([{ in: 'query', pointer: '/cursor', message }]);
}
