import type { Severity } from '../../../vocabulary/severity.js';
import { hasOwnScale, severityFrom, severityOfBoth } from '../common/cvss.js';
import { higher, type Rating, ratingFrom } from '../common/rating.js';
import { type SeverityTable, severityOf } from '../common/severities.js';
import type { Cvss, Vulnerability } from './schema.js';

export const SEVERITIES: SeverityTable = {
  critical: 'critical',
  high: 'high',
  medium: 'medium',
  low: 'low',
  unknown: 'unknown',
};

type Ratings = Readonly<Record<string, Cvss>>;

const current = (cvss: Cvss) =>
  ratingFrom(cvss.V40Score, cvss.V40Vector) ?? ratingFrom(cvss.V3Score, cvss.V3Vector);

const old = (cvss: Cvss) => ratingFrom(cvss.V2Score, cvss.V2Vector);

function choose(
  ratings: Ratings,
  sources: readonly string[],
  rate: (cvss: Cvss) => Rating | undefined,
): Rating | undefined {
  for (const source of sources) {
    const cvss = Object.hasOwn(ratings, source) ? ratings[source] : undefined;
    const rating = cvss && rate(cvss);
    if (rating && rating.score > 0) return rating;
  }
  let highest: Rating | undefined;
  for (const cvss of Object.values(ratings)) highest = higher(highest, rate(cvss));
  return highest;
}

/**
 * The score of the source of the severity, else of the NVD, else of GitHub, else the highest. CVSS version 4 has
 * priority over 3. Version 2 counts only if there is no other. A score of 0, with which a source disputes a
 * vulnerability, counts only if no other source gives one.
 */
export function ratingOfVulnerability({ CVSS, SeveritySource }: Vulnerability): Rating | undefined {
  if (!CVSS) return undefined;
  const sources = [SeveritySource ?? '', 'nvd', 'ghsa'];
  return choose(CVSS, sources, current) ?? choose(CVSS, sources, old);
}

const rate = (cvss: Cvss) => current(cvss) ?? old(cvss);

/**
 * Trivy chooses whose word counts (`SeveritySource`), such as that of a distribution, which is often lower than the
 * rating by the NVD's score, and not a contradiction. Only a score of the same source is. Without a source, a score
 * contradicts the word as well.
 */
export function severityOfVulnerability(
  { CVSS, Severity: word, SeveritySource }: Vulnerability,
  chosen: Rating | undefined,
): Severity {
  const said = severityOf(SEVERITIES, word);
  if (!SeveritySource) return severityOfBoth(said, chosen);
  const own = CVSS && Object.hasOwn(CVSS, SeveritySource) ? CVSS[SeveritySource] : undefined;
  if (said === 'unknown' || !own || hasOwnScale(SeveritySource)) return severityFrom(said, chosen);
  return severityOfBoth(said, rate(own));
}
