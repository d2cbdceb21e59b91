import { normalizeId } from '../../../vocabulary/vulnerability-ids.js';
import { DocumentFault } from '../../fault.js';
import type { SeverityTable } from '../common/severities.js';

export const SEVERITIES: SeverityTable = {
  critical: 'critical',
  high: 'high',
  moderate: 'medium',
  low: 'low',
  info: 'none',
};

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
