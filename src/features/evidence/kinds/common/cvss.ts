import cvss from 'ae-cvss-calculator';
import { ratingOf, type Severity } from '../../../../shared/severity.js';

/** @returns the base score (0–10) of a CVSS vector of version 2, 3 or 4; undefined for what is none */
export function scoreOf(vector: string | null | undefined): number | undefined {
  if (!vector || vector.length > 500) return undefined;
  try {
    return cvss.fromVector(vector)?.calculateScores().base;
  } catch {
    return undefined;
  }
}

/** A severity from a tool's word, else from a score, else from a vector. */
export function severityFrom(
  word: Severity | undefined,
  score?: number | null,
  vector?: string | null,
): Severity {
  if (word !== undefined && word !== 'unknown') return word;
  const number = score ?? scoreOf(vector);
  return number === undefined ? (word ?? 'unknown') : ratingOf(number);
}
