/**
 * Order of events, the latest first: by their place in the log, which clocks do not change. An event that has no place
 * yet is later than those that have one.
 */
export const latestFirst = (event: string) =>
  `(SELECT ROW(n.log_id, n.index) FROM log_entries n WHERE n.event_id = ${event}.id) DESC NULLS FIRST, ${event}.id DESC`;
