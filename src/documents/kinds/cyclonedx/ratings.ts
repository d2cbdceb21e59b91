import { type Severity, worse } from '../../../vocabulary/severity.js';
import { severityFrom } from '../common/cvss.js';
import { ratingFrom } from '../common/rating.js';
import { type SeverityTable, severityOf } from '../common/severities.js';
import type { BomRating, BomVulnerability } from './schema.js';

const SEVERITIES: SeverityTable = {
  critical: 'critical',
  high: 'high',
  medium: 'medium',
  low: 'low',
  info: 'none',
  none: 'none',
  unknown: 'unknown',
};

export interface Assessment {
  readonly severity: Severity;
  readonly score?: number | undefined;
  readonly vector?: string | undefined;
}

/** Uses only CVSS scores. Other methods (OWASP, SSVC) have other scales. */
function assess({ severity, score, vector, method }: BomRating): Assessment {
  const word = severity === undefined ? undefined : severityOf(SEVERITIES, severity);
  const isCvss = method === undefined || method.startsWith('CVSS');
  if (!isCvss) return { severity: word ?? 'unknown' };
  const rating = ratingFrom(score, vector);
  return { severity: severityFrom(word, rating?.score), ...rating };
}

function worseOf(a: Assessment, b: Assessment): Assessment {
  if (a.severity === b.severity) return (b.score ?? -1) > (a.score ?? -1) ? b : a;
  return worse(a.severity, b.severity) === a.severity ? a : b;
}

const NOT_RATED: Assessment = { severity: 'unknown' };

/** The worst rating by the source of the vulnerability, else the worst rating of all. */
export function assessmentOf({ ratings = [], source }: BomVulnerability): Assessment {
  let own = NOT_RATED;
  let any = NOT_RATED;
  for (const rating of ratings) {
    const assessment = assess(rating);
    any = worseOf(any, assessment);
    if (source?.name && rating.source?.name === source.name) own = worseOf(own, assessment);
  }
  return own.severity === 'unknown' ? any : own;
}
