import type { Severity } from '../../../vocabulary/severity.js';
import { type SeverityTable, severityOf } from '../common/severities.js';
import { besideOdd, type SecuritySeverity, securitySeverity } from './properties.js';
import type { Result, Rule } from './schema.js';

/** Levels of SARIF (3.27.10). */
export const LEVELS: SeverityTable = {
  error: 'high',
  warning: 'medium',
  note: 'low',
  none: 'none',
};

/**
 * The `security-severity` of a result, else of its rule. A value of the result that is not understood does not hide
 * the rating of its rule. What is not understood is `unknown`, whatever the level is.
 */
export function ratingOfResult({ properties }: Result, rule: Rule | undefined): SecuritySeverity {
  const own = securitySeverity(properties);
  const ofRule = securitySeverity(rule?.properties);
  const rating = own?.severity ? own : { ...own, ...ofRule };
  const odd = Boolean(own?.odd || (!own?.severity && ofRule?.odd));
  if (!odd) return rating;
  return { ...rating, severity: besideOdd(rating.severity ?? 'unknown'), odd };
}

/**
 * The severity of a result. `security-severity` is more exact than the level and has priority. A result that is not a
 * failure (3.27.9) has the level `none`: `informational` is harmless, but whether `open` and `review` are problems is
 * for a person to decide. They keep the rating that they would have, or are `unknown`.
 * @param configured the level that the configuration of the rule gives to its results
 */
export function severityOfResult(
  result: Result,
  rule: Rule | undefined,
  configured: string | undefined,
): Severity {
  const { kind, level } = result;
  const failed = !kind || kind === 'fail';
  if (!failed && !level && kind === 'informational') return 'none';
  const { severity } = ratingOfResult(result, rule);
  if (severity) return severity;
  if (!failed && kind !== 'informational' && (!level || level === 'none')) return 'unknown';
  return severityOf(LEVELS, level || configured || 'warning');
}
