/**
 * Order of events, the latest first: by their place in the log, which clocks do not change. An event that has no place
 * yet is later than those that have one.
 */
export const latestFirst = (event: string) =>
  `(SELECT ROW(n.log_id, n.index) FROM log_entries n WHERE n.event_id = ${event}.id) DESC NULLS FIRST, ${event}.id DESC`;

/** Condition: the event was erased. It is compared with the event of its erasure. */
export const isErased = (event: string) =>
  `(${event}.actor = 'erased' AND ${event}.data LIKE '%"erased":true%')`;

/**
 * Condition over events `x` and `e`: `x` was erased by an earlier version, which did not keep whose row it is about,
 * and it may be about that of `e`.
 */
export const mayBeAbout = (x: string, e: string) =>
  `(${x}.subject_kind = ${e}.subject_kind AND ${x}.subject_id = 'erased' AND ${isErased(x)}
    AND ${x}.project_id IS NOT DISTINCT FROM ${e}.project_id AND ${x}.release_id IS NOT DISTINCT FROM ${e}.release_id)`;
