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

const plain = (source: string | null | undefined) => source?.trim().toLowerCase() ?? '';

/** The highest rating of a source. Tools that rewrite reports change the case of its name. */
function ratingBy(
  source: string,
  ratings: Ratings,
  rate: (cvss: Cvss) => Rating | undefined,
): Rating | undefined {
  let highest: Rating | undefined;
  for (const [name, cvss] of Object.entries(ratings))
    if (plain(name) === source) highest = higher(highest, rate(cvss));
  return highest;
}

function choose(
  ratings: Ratings,
  sources: readonly string[],
  rate: (cvss: Cvss) => Rating | undefined,
): Rating | undefined {
  for (const source of sources) {
    const rating = ratingBy(source, ratings, rate);
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
  const sources = [plain(SeveritySource), 'nvd', 'ghsa'];
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
  const source = plain(SeveritySource);
  if (source === '') return severityOfBoth(said, chosen);
  const own = CVSS ? ratingBy(source, CVSS, rate) : undefined;
  if (said === 'unknown' || !own || hasOwnScale(source)) return severityFrom(said, chosen);
  return severityOfBoth(said, own);
}
