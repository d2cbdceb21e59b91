import { type Severity, worse } from '../../../vocabulary/severity.js';
import { hasOwnScale, severityFrom, severityOfBoth } from '../common/cvss.js';
import { higher, type Rating, ratingFrom } from '../common/rating.js';
import { type SeverityTable, severityOf } from '../common/severities.js';
import type { Cvss, Match } from './schema.js';

/** Debian and Ubuntu use `Negligible` for vulnerabilities without practical effect. */
const SEVERITIES: SeverityTable = {
  critical: 'critical',
  high: 'high',
  medium: 'medium',
  low: 'low',
  negligible: 'low',
  unknown: 'unknown',
};

/** Prefers CVSS version 4 to 3 to 2, and within a version the database's own (primary) score. */
function weight({ version, vector, type }: Cvss): number {
  const number = Number.parseInt(version || /^CVSS:(\d)/.exec(vector ?? '')?.[1] || '2', 10);
  return (Number.isNaN(number) ? 0 : number * 2) + (type?.toLowerCase() === 'primary' ? 1 : 0);
}

function bestOf(list: readonly Cvss[] | null | undefined): Rating | undefined {
  let best: Rating | undefined;
  let bestWeight = -1;
  for (const cvss of list ?? []) {
    const rating = ratingFrom(cvss.metrics?.baseScore, cvss.vector);
    const own = weight(cvss);
    if (!rating || own < bestWeight) continue;
    best = own > bestWeight ? rating : higher(best, rating);
    bestWeight = own;
  }
  return best;
}

/** The scores, also those that versions before 0.11 wrote. */
const scoresOf = ({ cvss, cvssV2, cvssV3 }: Match['vulnerability']): Cvss[] => [
  ...(cvss ?? []),
  ...(cvssV2 ? [{ version: '2.0', vector: cvssV2.vector, metrics: cvssV2 }] : []),
  ...(cvssV3 ? [{ version: '3.0', vector: cvssV3.vector, metrics: cvssV3 }] : []),
];

/**
 * The severity by the word and the scores of the source of the match. Secondary scores of the NVD are of other sources,
 * such as the one that assigned the CVE.
 */
function besideWord(vulnerability: Match['vulnerability'], word: Severity): Severity {
  const { namespace } = vulnerability;
  if (word === 'unknown' || hasOwnScale(namespace)) return word;
  const scores = scoresOf(vulnerability).filter(
    ({ type }) => !/^nvd(?:$|:)/i.test(namespace ?? '') || type?.toLowerCase() !== 'secondary',
  );
  return severityOfBoth(word, bestOf(scores));
}

/**
 * The match's own rating, else the highest of the related vulnerabilities. Distributions often give no rating, or a
 * vector of 0 for a vulnerability that they dispute: if the tool itself does not rate it, others may rate it worse.
 */
export function ratingOfMatch({ vulnerability, relatedVulnerabilities }: Match): {
  readonly severity: Severity;
  readonly rating: Rating | undefined;
} {
  const related = relatedVulnerabilities ?? [];
  const word = severityOf(SEVERITIES, vulnerability.severity);
  const score = bestOf(scoresOf(vulnerability));
  const others = related.map(({ cvss }) => bestOf(cvss)).reduce(higher, undefined);
  const rating = score && (score.score > 0 || word !== 'unknown') ? score : higher(score, others);
  const own = worse(severityFrom(word, rating), besideWord(vulnerability, word));
  if (own !== 'unknown' && own !== 'none') return { severity: own, rating };
  const words = related.map(({ severity }) => severityOf(SEVERITIES, severity));
  return { severity: words.reduce(worse, own), rating };
}
