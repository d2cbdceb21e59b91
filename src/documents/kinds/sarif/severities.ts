import { ratingOf, type Severity } from '../../../vocabulary/severity.js';
import { type SeverityTable, severityOf } from '../common/severities.js';
import { securitySeverity } from './properties.js';
import type { Result, Rule } from './schema.js';

/** Levels of SARIF (3.27.10). */
const LEVELS: SeverityTable = {
  error: 'high',
  warning: 'medium',
  note: 'low',
  none: 'none',
};

/**
 * The severity of a result. A result that is not a failure (3.27.9: informational, open, review) is `none`, unless it
 * has a level. The property `security-severity` is more exact than the level and has priority.
 */
export function severityOfResult(result: Result, rule: Rule | undefined): Severity {
  if (!result.level && result.kind && result.kind !== 'fail') return 'none';
  const score = securitySeverity(result.properties) ?? securitySeverity(rule?.properties);
  if (score !== undefined) return ratingOf(score);
  return severityOf(LEVELS, result.level || rule?.defaultConfiguration?.level || 'warning');
}
