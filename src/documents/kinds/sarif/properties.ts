import { ratingOf, SEVERITIES, type Severity } from '../../../vocabulary/severity.js';
import { scoreOf } from '../common/cvss.js';
import { fieldOf } from '../common/fields.js';
import { type SeverityTable, severityOf } from '../common/severities.js';

/** @returns the value if it is a list, else an empty list */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** @returns the items of a list, or a single object that is not in a list */
export function listOrOne(value: unknown): readonly unknown[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? [value]
    : listOf(value);
}

export function tagsOf(bag: unknown): readonly string[] {
  return listOf(fieldOf(bag, 'tags')).filter((tag) => typeof tag === 'string');
}

/** Words that tools write where a number belongs. */
export const WORDS: SeverityTable = {
  critical: 'critical',
  high: 'high',
  important: 'high',
  medium: 'medium',
  moderate: 'medium',
  low: 'low',
  negligible: 'low',
  none: 'none',
  info: 'none',
  informational: 'none',
};

export interface SecuritySeverity {
  readonly severity?: Severity;
  readonly score?: number;
  /** Whether the value could not be understood, or only in part. */
  readonly odd?: boolean;
}

/** Some tools write `Security-Severity`, `securitySeverity` or `security_severity`. */
const isName = (name: string) =>
  name.length < 50 && name.toLowerCase().replace(/[-_ .]/g, '') === 'securityseverity';

const valuesIn = (bag: unknown) =>
  Object.entries(Object(bag)).flatMap(([name, value]: [string, unknown]) =>
    isName(name) ? [value] : [],
  );

function read(value: unknown): SecuritySeverity | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string' && typeof value !== 'number') return { odd: true };
  const text = String(value).slice(0, 500).trim();
  const word = severityOf(WORDS, text);
  if (word === 'none' || /^unknown$/i.test(text)) return undefined;
  if (word !== 'unknown') return { severity: word };
  const score = /^-?\d{1,10}(?:\.\d{1,20})?$/.test(text) ? Number(text) : scoreOf(text);
  if (score === undefined || score < 0) return { odd: true };
  if (score === 0) return undefined;
  return score > 10 ? { severity: 'critical', odd: true } : { severity: ratingOf(score), score };
}

const rankOf = ({ severity = 'unknown' }: SecuritySeverity) => SEVERITIES.indexOf(severity);

/**
 * The property `security-severity`: a CVSS score as a number or a text, as GitHub reads it, and what tools write
 * instead: a word or a CVSS vector. Tools write 0 for a vulnerability without a score, so 0 and `none` are not
 * ratings. A number above 10 is rated as GitHub rates it: above 9 is critical. Of several spellings of the name, the
 * worst value counts.
 */
export function securitySeverity(bag: unknown): SecuritySeverity | undefined {
  const ratings = valuesIn(bag).flatMap((value) => read(value) ?? []);
  return ratings.sort((a, b) => rankOf(a) - rankOf(b))[0];
}
