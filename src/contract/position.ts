import { invalidAt } from '../shared/app-error.js';
import { isStorable } from '../shared/text.js';
import { SEVERITIES } from '../vocabulary/severity.js';

/** Excludes dates that JavaScript changes, such as 30 February, and year 0, which PostgreSQL does not have. */
function isInstant(value: unknown): boolean {
  const time = new Date(typeof value === 'string' ? value : Number.NaN);
  return !Number.isNaN(time.getTime()) && time.toISOString() === value && value >= '0001';
}

/** Checks for the parts of a position. */
const PARTS = {
  severity: (value: unknown) => (SEVERITIES as readonly unknown[]).includes(value),
  uuid: (value: unknown) =>
    typeof value === 'string' && /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value),
  text: (value: unknown) => typeof value === 'string' && isStorable(value),
  instant: isInstant,
  null: (value: unknown) => value === null,
  /** PostgreSQL's integer. Rows that were created beside the API may have any id. */
  int: (value: unknown) => Number.isInteger(value) && value === Number(value) >> 0,
} as const;

/** The type of a column, or a fixed value. */
type Part = keyof typeof PARTS | { readonly is: string };

/** The columns that order a list. */
export type Order = readonly Part[];

/** The position of a row in a list: one value for each column of its order. */
export type Position = readonly (string | number | null)[];

function fits(part: Part, value: unknown): boolean {
  return typeof part === 'object' ? part.is === value : PARTS[part](value);
}

/** The position before all rows of a list that is ordered by an instant and a UUID, the latest first. */
export const NEWEST: Position = ['infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff'];

/** Encodes a position as a cursor. It is opaque to clients, so its content may change. */
export function encodePosition(position: Position): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** Decodes a cursor. @throws {AppError} `validation-failed` if it is not a position in a list of this order */
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
  throw invalidAt('query', '/cursor', message);
}
