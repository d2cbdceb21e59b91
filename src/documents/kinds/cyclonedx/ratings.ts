import { type Severity, worse } from '../../../vocabulary/severity.js';
import { hasOwnScale, severityFrom, severityOfBoth } from '../common/cvss.js';
import { ratingFrom } from '../common/rating.js';
import { type SeverityTable, severityOf } from '../common/severities.js';
import { isObject, numberOf, textOf } from '../common/texts.js';
import type { BomRating, BomVulnerability } from './schema.js';

/** The words of CycloneDX, and those that tools copy from their databases. */
const SEVERITIES: SeverityTable = {
  critical: 'critical',
  high: 'high',
  important: 'high',
  medium: 'medium',
  moderate: 'medium',
  low: 'low',
  minor: 'low',
  negligible: 'low',
  info: 'none',
  none: 'none',
  unknown: 'unknown',
};

export interface Assessment {
  readonly severity: Severity;
  readonly score?: number | undefined;
  readonly vector?: string | undefined;
}

const nameOf = (source: unknown) => (isObject(source) ? textOf(source.name) : undefined);

/** Uses only CVSS scores. Other methods (OWASP, SSVC) have other scales. */
function assess(rating: BomRating): Assessment {
  const text = textOf(rating.severity)?.trim();
  const word = text === undefined ? undefined : severityOf(SEVERITIES, text);
  const method = textOf(rating.method);
  const isCvss = method === undefined || /^cvss/i.test(method);
  if (!isCvss) return { severity: word ?? 'unknown' };
  const found = ratingFrom(numberOf(rating.score), textOf(rating.vector));
  const isOwnScale = word !== 'none' && hasOwnScale(nameOf(rating.source));
  if (isOwnScale) return { severity: severityFrom(word, found), ...found };
  const isVersion2 = method === undefined ? undefined : /^cvss_?v?2/i.test(method);
  return { severity: severityOfBoth(word, found, isVersion2), ...found };
}

function worseOf(a: Assessment, b: Assessment): Assessment {
  if (a.severity === b.severity) return (b.score ?? -1) > (a.score ?? -1) ? b : a;
  return worse(a.severity, b.severity) === a.severity ? a : b;
}

const NOT_RATED: Assessment = { severity: 'unknown' };

/** The worst rating by the source of the vulnerability, else the worst rating of all. */
export function assessmentOf({ ratings, source }: BomVulnerability): Assessment {
  const sourceName = nameOf(source);
  let own = NOT_RATED;
  let any = NOT_RATED;
  for (const rating of ratings ?? []) {
    const assessment = assess(rating);
    any = worseOf(any, assessment);
    if (sourceName && nameOf(rating.source) === sourceName) own = worseOf(own, assessment);
  }
  return own.severity === 'unknown' ? any : own;
}
