import type { BreakGlassInput, ReviewInput, VoidBreakGlassInput } from '../../engine/index.js';

/** What `BREAK_GLASS_INPUT` reads. */
export type StoredBreakGlass = BreakGlassInput & {
  readonly openedAt: string;
  /** Whether an artifact was added since: the people did not see it. */
  readonly isVoid: boolean;
};

/** What `REVIEWS_INPUT` reads of each. */
export type StoredReview = Omit<ReviewInput, 'overdue'>;

/** The one whose time it is. A time that is not known opens nothing. */
function currentAt(stored: StoredBreakGlass | null, at: number): StoredBreakGlass | null {
  if (!stored) return null;
  const until = Date.parse(stored.until);
  if (!(Date.parse(stored.openedAt) <= at && at < until)) return null;
  return { ...stored, until: new Date(until).toISOString() };
}

/** The break-glass that is open at a time. @param at milliseconds since 1970 */
export function breakGlassAt(stored: StoredBreakGlass | null, at: number): BreakGlassInput | null {
  const current = currentAt(stored, at);
  if (!current || current.isVoid) return null;
  const { openedAt: _opened, isVoid: _void, ...input } = current;
  return input;
}

/** The same, if it lets nothing pass. @param at milliseconds since 1970 */
export function voidBreakGlassAt(
  stored: StoredBreakGlass | null,
  at: number,
): VoidBreakGlassInput | null {
  const current = currentAt(stored, at);
  if (!current?.isVoid) return null;
  const { id, requestedBy, until } = current;
  return { id, requestedBy, until };
}

/** Whether reviews are overdue at a time. @param at milliseconds since 1970 */
export const reviewsAt = (stored: readonly StoredReview[], at: number): ReviewInput[] =>
  stored.map((review) => ({ ...review, overdue: !(at < Date.parse(review.dueAt)) }));
