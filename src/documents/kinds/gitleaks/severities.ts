import { type Severity, worse } from '../../../vocabulary/severity.js';
import { type SeverityTable, severityOf } from '../common/severities.js';

/** Severities among the tags of a rule, written as `high` or `severity:high`. */
const TAGS: SeverityTable = {
  critical: 'critical',
  high: 'high',
  medium: 'medium',
  low: 'low',
};

/**
 * The worst severity among the tags of a rule, else `high`, because Gitleaks does not rate secrets: a secret may give
 * access to anything, but may not be valid.
 */
export function ratingWord(tags: readonly string[] | null | undefined): Severity {
  const tagged = (tags ?? [])
    .map((tag) => severityOf(TAGS, tag.trim().replace(/^severity\s?[:=]\s?/i, '')))
    .reduce(worse, 'unknown');
  return tagged === 'unknown' ? 'high' : tagged;
}
