import { invalid } from '../../shared/app-error.js';
import { isStorable } from '../../shared/text.js';
import type { ListProjectsQuery } from './projects.schemas.js';

type Sort = ListProjectsQuery['sort'];

/** The last row of a page: the value that it was sorted by (null when that is the id) and its id. */
export interface Position {
  readonly key: string | null;
  readonly id: number;
}

/** PostgreSQL's integer: rows that were not made by a request may have any id. */
const isInt4 = (id: unknown) => Number.isInteger(id) && id === Number(id) >> 0;

/** Opaque to clients, so that what is in it may change. */
export function encodeCursor(sort: Sort, { key, id }: Position): string {
  return Buffer.from(JSON.stringify([sort, key, id])).toString('base64url');
}

/** Dates that JavaScript rolls over (30 February) or PostgreSQL has not (year 0) are no instants. */
function isInstant(text: string): boolean {
  const time = new Date(text);
  return !Number.isNaN(time.getTime()) && time.toISOString() === text && text >= '0001';
}

function isKey(sort: Sort, key: unknown): key is Position['key'] {
  if (sort.endsWith('id')) return key === null;
  if (typeof key !== 'string' || !isStorable(key)) return false;
  return sort.endsWith('name') || isInstant(key);
}

/**
 * Reads a cursor that {@link encodeCursor} wrote for the same sort.
 * @throws {AppError} 400 for anything else
 */
export function decodeCursor(sort: Sort, cursor: string): Position {
  const refuse = (message: string) => invalid([{ in: 'query', pointer: '/cursor', message }]);
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw refuse('is not a cursor of this server');
  }
  if (!Array.isArray(value) || value.length !== 3) throw refuse('is not a cursor of this server');
  const [madeFor, key, id] = value;
  if (madeFor !== sort) throw refuse('belongs to a list with another sort');
  if (!isKey(sort, key) || !isInt4(id)) {
    throw refuse('is not a cursor of this server');
  }
  return { key, id };
}
