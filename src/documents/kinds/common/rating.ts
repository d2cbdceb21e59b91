import { scoreOf } from './cvss.js';

/** A CVSS base score (0–10), and the vector that it comes from, if there is one. */
export interface Rating {
  readonly score: number;
  readonly vector: string | undefined;
}

/**
 * A score as a tool tells it, else by its vector. Tools write 0 where they know no score: without a vector
 * it is none.
 */
export function ratingFrom(
  score: number | null | undefined,
  vector: string | null | undefined,
): Rating | undefined {
  const known = score && score > 0 && score <= 10 ? score : scoreOf(vector);
  return known === undefined ? undefined : { score: known, vector: vector || undefined };
}

/** The higher of two, the first if they are equal. */
export function higher(a: Rating | undefined, b: Rating | undefined): Rating | undefined {
  return a && (!b || a.score >= b.score) ? a : b;
}
