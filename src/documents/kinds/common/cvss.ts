import cvss from 'ae-cvss-calculator';
import { ratingOf, type Severity } from '../../../vocabulary/severity.js';

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

/** The severity by a tool's word, else by the score, else by the vector. */
export function severityFrom(
  word: Severity | undefined,
  score?: number | null,
  vector?: string | null,
): Severity {
  if (word !== undefined && word !== 'unknown') return word;
  const number = score ?? scoreOf(vector);
  return number === undefined ? (word ?? 'unknown') : ratingOf(number);
}
