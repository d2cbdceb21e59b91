import type { Severity } from '../../../vocabulary/severity.js';
import { normalizeId } from '../../../vocabulary/vulnerability-ids.js';
import { DocumentFault } from '../../fault.js';
import { severityOfBoth } from '../common/cvss.js';
import { type Rating, ratingFrom } from '../common/rating.js';
import { type SeverityTable, severityOf } from '../common/severities.js';

const SEVERITIES: SeverityTable = {
  critical: 'critical',
  high: 'high',
  moderate: 'medium',
  low: 'low',
  info: 'none',
};

interface Rated {
  readonly severity?: string | null | undefined;
  readonly cvss?:
    | { score?: number | null | undefined; vectorString?: string | null | undefined }
    | null
    | undefined;
}

/** GitHub states both the word and the score. */
export function ratingOfAdvisory({ severity, cvss }: Rated): {
  readonly severity: Severity;
  readonly rating: Rating | undefined;
} {
  const rating = ratingFrom(cvss?.score, cvss?.vectorString);
  return { severity: severityOfBoth(severityOf(SEVERITIES, severity), rating), rating };
}

/**
 * The GitHub id from the advisory's URL. Registries other than npm's may use other ids.
 * @param source npm's number of the advisory
 */
export function idOf(
  url: string | null | undefined,
  source: number | string | null | undefined,
  pointer: string,
): string {
  const ghsa = /\/(GHSA(?:-[0-9a-z]{4}){3})\/?$/i.exec(url ?? '')?.[1];
  if (ghsa) return normalizeId(ghsa);
  const id = source || source === 0 ? `npm-${source}` : url;
  if (!id) throw new DocumentFault('is required', `${pointer}/url`);
  return id;
}
