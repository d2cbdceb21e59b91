/** Levels, worst first (SARIF 2.1.0, 3.27.10 and 3.58.6). */
export const LEVELS: readonly string[] = ['error', 'warning', 'note', 'none'];

/** The worst of these. Other words are none of them. */
export const worstLevel = (levels: readonly (string | undefined)[]): string | undefined =>
  LEVELS.find((level) => levels.includes(level));
