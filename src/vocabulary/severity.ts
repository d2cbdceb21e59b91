/**
 * Severities of findings, worst first. The ratings of all tools are mapped to this scale. PostgreSQL's type `severity`
 * has the same order. `none`: the tool rates the finding as harmless. `unknown`: the tool does not rate it.
 */
export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'none', 'unknown'] as const;

export type Severity = (typeof SEVERITIES)[number];

/**
 * The qualitative rating of a CVSS base score (0–10) by CVSS 3.1 (section 5) and 4.0 (section 6). Version 2 does not
 * define `critical`; its scores use the same table, as in other tools.
 */
export function ratingOf(score: number): Severity {
  if (score >= 9) return 'critical';
  if (score >= 7) return 'high';
  if (score >= 4) return 'medium';
  return score > 0 ? 'low' : 'none';
}

/**
 * The rating of a base score beside a word of the same source. By the NVD's ratings of version 2, `high` is the
 * highest: a word `high` beside a score of 10 of version 2 is no contradiction.
 */
export function ratingBesideWord(score: number, isVersion2: boolean): Severity {
  const rating = ratingOf(score);
  return isVersion2 && rating === 'critical' ? 'high' : rating;
}

/** The worse of two severities. Each known severity is worse than `unknown`. */
export function worse(a: Severity, b: Severity): Severity {
  return SEVERITIES.indexOf(a) <= SEVERITIES.indexOf(b) ? a : b;
}
