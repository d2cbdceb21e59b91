import { type Severity, worse } from '../../../vocabulary/severity.js';
import { type SeverityTable, severityOf } from '../common/severities.js';

/** Words that people put among the tags of their rules, alone or as `severity:high`. */
const TAGS: SeverityTable = {
  critical: 'critical',
  high: 'high',
  medium: 'medium',
  low: 'low',
};

/**
 * Gitleaks rates nothing: a secret is `high`, since it may open anything but need not be valid, unless a tag of its rule says
 * otherwise. Of several tags the worst counts.
 */
export function ratingWord(tags: readonly string[] | null | undefined): Severity {
  const tagged = (tags ?? [])
    .map((tag) => severityOf(TAGS, tag.trim().replace(/^severity\s?[:=]\s?/i, '')))
    .reduce(worse, 'unknown');
  return tagged === 'unknown' ? 'high' : tagged;
}
