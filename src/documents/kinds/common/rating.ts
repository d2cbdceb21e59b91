import { scoreOf } from './cvss.js';

/** A CVSS base score (0–10) and its vector, if known. */
export interface Rating {
  readonly score: number;
  readonly vector: string | undefined;
}

/**
 * The score that the tool reports, else the score of the vector. Tools write 0 for an unknown score, so 0 without a
 * vector is not a score. One above the scale is not understood: without a vector, it is the worst.
 */
export function ratingFrom(
  score: number | null | undefined,
  vector: string | null | undefined,
): Rating | undefined {
  const given = score && score > 0 ? score : undefined;
  const known = given !== undefined && given <= 10 ? given : (scoreOf(vector) ?? (given && 10));
  return known === undefined ? undefined : { score: known, vector: vector || undefined };
}

/** The higher of two ratings, or the first if they are equal. */
export function higher(a: Rating | undefined, b: Rating | undefined): Rating | undefined {
  return a && (!b || a.score >= b.score) ? a : b;
}
