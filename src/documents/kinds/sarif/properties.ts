import { ratingOf, SEVERITIES, type Severity, worse } from '../../../vocabulary/severity.js';
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
  /** Whether a value could not be understood, or only in part. Without a severity, the rating is unknown. */
  readonly odd?: boolean;
}

/** Some tools write `Security-Severity`, `securitySeverity` or `security_severity`. */
const isName = (name: string) =>
  name.length < 50 && name.toLowerCase().replace(/[-_ .]/g, '') === 'securityseverity';

const valuesIn = (bag: unknown) =>
  Object.entries(Object(bag)).flatMap(([name, value]: [string, unknown]) =>
    isName(name) ? [value] : [],
  );

/** `9.8`, `9,8`, `9.8/10`, `9.8 (Critical)`, `CRITICAL (9.8)`, `High` */
const RATING =
  /^(?<before>[a-z]{1,30})?(?:[ :(]{0,3}(?<score>\d{1,10}(?:[.,]\d{1,20})?)(?: ?\/ ?10(?:\.0)?)?\)?)?(?: ?\(?(?<after>[a-z]{1,30})\)?)?$/i;

function read(value: unknown): SecuritySeverity | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string' && typeof value !== 'number') return { odd: true };
  const text = String(value).slice(0, 500).trim();
  if (/^(?:unknown|none|info|informational)$/i.test(text)) return undefined;
  const vector = scoreOf(text);
  const { before, score: digits, after } = RATING.exec(text)?.groups ?? {};
  const words = [before, after].filter((word) => word !== undefined);
  const severities = words.map((word) => severityOf(WORDS, word));
  if (severities.includes('unknown')) return { odd: true };
  const score = vector ?? (digits === undefined ? undefined : Number(digits.replace(',', '.')));
  if (score === undefined)
    return severities.length > 0 ? { severity: severities.reduce(worse) } : { odd: true };
  if (score === 0 && severities.length === 0) return undefined;
  if (score > 10) return { severity: 'critical', odd: true };
  return { severity: severities.reduce(worse, ratingOf(score)), ...(score > 0 && { score }) };
}

const rankOf = ({ severity = 'unknown' }: SecuritySeverity) => SEVERITIES.indexOf(severity);

/**
 * The property `security-severity`: a CVSS score as a number or a text, as GitHub reads it, and what tools write
 * instead: a word or a CVSS vector. Tools write 0 for a vulnerability without a score, so 0 and `none` are not
 * ratings. A number above 10 is rated as GitHub rates it: above 9 is critical. Of several spellings of the name, the
 * worst value counts, and a value that is not understood makes the rest `odd`.
 */
export function securitySeverity(bag: unknown): SecuritySeverity | undefined {
  const ratings = valuesIn(bag).flatMap((value) => read(value) ?? []);
  const [worst] = ratings.sort((a, b) => rankOf(a) - rankOf(b));
  return worst && ratings.some(({ odd }) => odd) ? { ...worst, odd: true } : worst;
}

/**
 * A rating beside a value that is not understood: that value can be worse than a low rating, so only `high` and
 * `critical` hold.
 */
export const besideOdd = (severity: Severity): Severity =>
  severity === 'critical' || severity === 'high' ? severity : 'unknown';
