/**
 * How bad a finding is, the worst first: the one scale that the words and numbers of all tools are mapped to.
 * PostgreSQL's type `severity` has the same order. `none` is a finding that says it is harmless, `unknown` one
 * that says nothing.
 */
export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'none', 'unknown'] as const;

export type Severity = (typeof SEVERITIES)[number];

/**
 * The qualitative rating of a CVSS base score (0–10), as CVSS 3.1 (section 5) and 4.0 (section 6) define it. Scores of version 2,
 * which knows no `critical`, are rated by the same table: so are those of all peers.
 */
export function ratingOf(score: number): Severity {
  if (score >= 9) return 'critical';
  if (score >= 7) return 'high';
  if (score >= 4) return 'medium';
  return score > 0 ? 'low' : 'none';
}

/** The worse of two; anything that is known is worse than `unknown`. */
export function worse(a: Severity, b: Severity): Severity {
  return SEVERITIES.indexOf(a) <= SEVERITIES.indexOf(b) ? a : b;
}
