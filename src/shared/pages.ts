export interface Page<Item> {
  readonly items: Item[];
  /** The last item, when there are more behind it: the next page begins after it. */
  readonly last?: Item;
}

/** A page of rows of which one more than `limit` was asked for, to tell whether there is another page. */
export function pageOf<Item>(rows: Item[], limit: number): Page<Item> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return rows.length > limit && last !== undefined ? { items, last } : { items };
}
