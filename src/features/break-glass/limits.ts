/** Minutes for which the glass can be broken. A check in the database has the same limit. */
export const MAX_MINUTES = 240;

/** Minutes within which a second person confirms a request with force. */
export const CONFIRM_MINUTES = 15;

/** Hours from the opening until the review is due. */
export const REVIEW_HOURS = 7 * 24;

const MINUTE_MS = 60_000;

export const confirmUntil = (requestedAt: Date) =>
  new Date(requestedAt.getTime() + CONFIRM_MINUTES * MINUTE_MS);

export const endOf = (openedAt: Date, minutes: number) =>
  new Date(openedAt.getTime() + minutes * MINUTE_MS);

export const reviewDueAt = (openedAt: Date) =>
  new Date(openedAt.getTime() + REVIEW_HOURS * 60 * MINUTE_MS);
