import type { BreakGlassInput, ReviewInput } from '../../engine/index.js';

/** What `BREAK_GLASS_INPUT` reads. */
export type StoredBreakGlass = BreakGlassInput & { readonly openedAt: string };

/** What `REVIEWS_INPUT` reads of each. */
export type StoredReview = Omit<ReviewInput, 'overdue'>;

/** The break-glass that is open at a time. @param at milliseconds since 1970 */
export function breakGlassAt(stored: StoredBreakGlass | null, at: number): BreakGlassInput | null {
  if (!stored) return null;
  const { openedAt, ...input } = stored;
  const until = Date.parse(input.until);
  // A time that is not known opens nothing.
  if (!(Date.parse(openedAt) <= at && at < until)) return null;
  return { ...input, until: new Date(until).toISOString() };
}

/** Whether reviews are overdue at a time. @param at milliseconds since 1970 */
export const reviewsAt = (stored: readonly StoredReview[], at: number): ReviewInput[] =>
  stored.map((review) => ({ ...review, overdue: !(at < Date.parse(review.dueAt)) }));
