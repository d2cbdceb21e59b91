import { higher, type Rating, ratingFrom } from '../common/rating.js';
import type { SeverityTable } from '../common/severities.js';
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
