import cvss from 'ae-cvss-calculator';
import { ratingBesideWord, ratingOf, type Severity, worse } from '../../../vocabulary/severity.js';

/** Documents repeat few vectors, and calculating a score of version 4 is slow. */
const CACHE_SIZE = 20_000;
const cache = new Map<string, number | undefined>();

/** @returns the base score (0–10) of a CVSS vector of version 2, 3 or 4, or undefined if the text is not a vector */
export function scoreOf(vector: string | null | undefined): number | undefined {
  if (!vector || vector.length > 500) return undefined;
  const known = cache.get(vector);
  if (known !== undefined || cache.has(vector)) return known;
  if (cache.size >= CACHE_SIZE) cache.clear();
  const score = calculate(vector);
  cache.set(vector, score);
  return score;
}

function calculate(vector: string): number | undefined {
  try {
    return cvss.fromVector(vector)?.calculateScores().base;
  } catch {
    return undefined;
  }
}

/** Vectors of version 2 have no prefix: `AV:N/AC:L/Au:N/C:C/I:C/A:C`. */
const VERSION_2 = /^\(?AV:[LAN]\/AC:[LMH]\/Au:/i;

interface Scored {
  readonly score: number;
  readonly vector?: string | undefined;
}

/** The severity by a tool's word, else by a score of another source. */
export function severityFrom(word: Severity | undefined, rating: Scored | undefined): Severity {
  if (word !== undefined && word !== 'unknown') return word;
  return rating === undefined ? (word ?? 'unknown') : ratingOf(rating.score);
}

/** The severity by the word and the score of one source. If they contradict each other, the worse counts. */
export function severityOfBoth(
  word: Severity | undefined,
  rating: Scored | undefined,
  isVersion2 = VERSION_2.test(rating?.vector ?? ''),
): Severity {
  const severity = severityFrom(word, rating);
  if (rating === undefined || word === undefined || word === 'unknown') return severity;
  return worse(severity, ratingBesideWord(rating.score, isVersion2));
}

/**
 * Red Hat rates the impact of a vulnerability on its own scale of four, with a separate CVSS base score beside it:
 * flaws that need authentication, local access or an unlikely configuration are never critical, whatever their score is
 * (https://access.redhat.com/security/updates/classification). So its word is no rating of the score.
 */
export const hasOwnScale = (source: string | null | undefined): boolean =>
  /^(?:red ?hat|rhel)$|^(?:redhat|rhel):[\w.:+-]+$/i.test(source ?? '');
