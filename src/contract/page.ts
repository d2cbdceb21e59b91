import { Type } from '@sinclair/typebox';
import { defaulted } from './schemas.js';

/** A page of a list, as a service returns it. */
export interface Page<Item> {
  readonly items: Item[];
  /** The cursor of the next page. Absent on the last page. */
  readonly next?: string;
}

/**
 * Returns a page of rows. The query asks for one row more than `limit`, which shows if there is another page:
 * ```ts
 * const rows = await prisma.thing.findMany({ …, take: limit + 1 });
 * return mapPage(pageById(rows, limit), toThing);
 * ```
 * @param cursorOf returns the cursor after the last row of this page
 */
export function pageOf<Row>(
  rows: readonly Row[],
  limit: number,
  cursorOf: (last: Row) => string,
): Page<Row> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return rows.length > limit && last !== undefined ? { items, next: cursorOf(last) } : { items };
}

/** Returns a page of a list that is ordered by id. */
export function pageById<Row extends { id: string }>(rows: readonly Row[], limit: number) {
  return pageOf(rows, limit, ({ id }) => id);
}

/** Returns the same page with converted items. */
export function mapPage<Row, Item>(
  { items, ...rest }: Page<Row>,
  toResource: (row: Row) => Item,
): Page<Item> {
  return { ...rest, items: items.map((row) => toResource(row)) };
}

const limit = defaulted(
  Type.Integer({ minimum: 1, maximum: 1000, default: 100, description: 'Maximum number of items' }),
);
const description = 'Start of the page, from the `Link` header of the previous page';

/** Parameters of a list that is ordered by id. The ids are UUIDs that begin with their time. */
export const queryById = {
  limit,
  cursor: Type.Optional(Type.String({ format: 'uuid', description })),
};

/** Parameters of a list in any other order. `encodePosition` makes its cursors. */
export const queryByPosition = {
  limit,
  cursor: Type.Optional(
    Type.String({
      maxLength: 2000,
      pattern: '^[A-Za-z0-9_-]+$',
      'x-rule': 'is not a cursor of this list',
      description,
    }),
  ),
};
