import { ratingOf, type Severity, worse } from '../../../vocabulary/severity.js';
import { higher, type Rating, ratingFrom } from '../common/rating.js';
import { type SeverityTable, severityOf } from '../common/severities.js';
import { isObject, numberOf, objectsOf, textOf, textsOf } from '../common/texts.js';
import type { Group, Vulnerability } from './schema.js';

/** Words of GitHub, Red Hat, Ubuntu, Debian and others. */
const WORDS: SeverityTable = {
  critical: 'critical',
  important: 'high',
  high: 'high',
  moderate: 'medium',
  medium: 'medium',
  low: 'low',
  negligible: 'low',
  unimportant: 'low',
  none: 'none',
};

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields => (isObject(value) ? value : {});

const wordOf = (value: unknown): Severity =>
  severityOf(WORDS, typeof value === 'string' ? value : undefined);

/** The worst of the words in which databases rate a vulnerability, or a package of it. */
function saidOf(vulnerability: Vulnerability, affected: readonly Fields[]): Severity {
  const words = [vulnerability, ...affected].flatMap((entry) => {
    const { severity, database_specific, ecosystem_specific }: Fields = entry;
    const [database, ecosystem] = [fieldsOf(database_specific), fieldsOf(ecosystem_specific)];
    return [
      ...objectsOf(severity).map(({ score }) => score),
      database.severity,
      ecosystem.severity,
      ecosystem.urgency,
      ecosystem.ubuntu_priority,
    ];
  });
  return words.map(wordOf).reduce(worse, 'unknown');
}

/** The highest score of the vectors. RustSec writes them into `database_specific`. */
function scoredOf(vulnerability: Vulnerability, affected: readonly Fields[]): Rating | undefined {
  let best: Rating | undefined;
  for (const entry of [vulnerability, ...affected]) {
    const { severity, database_specific }: Fields = entry;
    const vectors = [
      ...objectsOf(severity).map(({ score }) => score),
      fieldsOf(database_specific).cvss,
    ];
    for (const vector of vectors) {
      const text = textOf(vector);
      if (text) best = higher(best, ratingFrom(undefined, text));
    }
  }
  return best;
}

/** The highest score of a group, in text. Empty if OSV-Scanner knows none. */
export const maxSeverityOf = (group: Group | undefined): number | undefined => {
  const score = numberOf(group?.max_severity);
  return score !== undefined && score > 0 && score <= 10 ? score : undefined;
};

/** Packages that were made to do harm. Their records have no rating. */
const isMalicious = (id: string) => /^MAL-\d/i.test(id);

/** The worst of what the record and the score of its group say. */
export function ratingOfRecord(
  vulnerability: Vulnerability,
  affected: readonly Fields[],
  group: Group | undefined,
): { severity: Severity; rating: Rating | undefined } {
  const rating = scoredOf(vulnerability, affected);
  const said = saidOf(vulnerability, affected);
  const severity = rating ? worse(said, ratingOf(rating.score)) : said;
  const ids = [vulnerability.id, ...textsOf(vulnerability.aliases)];
  if (ids.some(isMalicious)) return { severity: 'critical', rating };
  const score = maxSeverityOf(group);
  if (score === undefined) return { severity, rating };
  const worst = worse(severity, ratingOf(score));
  return worst === severity
    ? { severity, rating }
    : { severity: worst, rating: { score, vector: undefined } };
}
