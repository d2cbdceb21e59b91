import type { Claim } from '../../kind.js';
import type { Suppression } from './schema.js';

/** A suppression without a status is accepted (3.35.3). */
const isAccepted = ({ status }: Suppression) => !status || status === 'accepted';

/**
 * The claim of a result's suppressions (3.27.23). One accepted suppression is enough. One that is under review or
 * rejected becomes a claim without effect.
 */
export function claimOf(
  suppressions: readonly Suppression[] | null | undefined,
  fingerprint: string,
): Claim | undefined {
  const all = suppressions ?? [];
  const accepted = all.find(isAccepted);
  const chosen = accepted ?? all.find(({ status }) => status === 'underReview') ?? all[0];
  if (!chosen) return undefined;
  return {
    fingerprint,
    status: accepted ? 'suppressed' : (chosen.status ?? ''),
    absolves: accepted !== undefined,
    justification: chosen.justification || undefined,
    detail: chosen.kind || undefined,
  };
}
