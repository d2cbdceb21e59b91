import type { Claim } from '../../kind.js';
import type { Suppression } from './schema.js';

/** A suppression without a status is accepted (3.35.3). */
const isAccepted = ({ status }: Suppression) => !status || status === 'accepted';

/**
 * What the suppressions of a result say (3.27.23): one that is accepted is enough to suppress it. One that is under review, or
 * was rejected, is told, and changes nothing.
 */
export function claimOf(
  suppressions: readonly Suppression[] | null | undefined,
  fingerprint: string,
): Claim | undefined {
  const all = suppressions ?? [];
  const accepted = all.find(isAccepted);
  const told = accepted ?? all.find(({ status }) => status === 'underReview') ?? all[0];
  if (!told) return undefined;
  return {
    fingerprint,
    status: accepted ? 'suppressed' : (told.status ?? ''),
    absolves: accepted !== undefined,
    justification: told.justification || undefined,
    detail: told.kind || undefined,
  };
}
