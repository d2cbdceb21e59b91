export { BREAK_GLASS_INPUT, REVIEWS_INPUT } from './break-glass.input.sql.js';
export {
  breakGlassAt,
  reviewsAt,
  type StoredBreakGlass,
  type StoredReview,
  voidBreakGlassAt,
} from './break-glass-at.js';
export { endOfDisabled } from './disabled.js';
