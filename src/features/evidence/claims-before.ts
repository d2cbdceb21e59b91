import type { VerdictInputs } from '../../engine/index.js';

/** A report as `EVIDENCE_INPUT` reads it. `receivedAt`: seconds since 1970. */
type Report = VerdictInputs['evidence'][number] & { readonly receivedAt: number };

const hasClaims = ({ claimsPlace }: Report) => claimsPlace != null;
const groupOf = ({ kind, label, artifact }: Report) => JSON.stringify([kind, label, artifact]);
const byAge = (a: Report, b: Report) => a.receivedAt - b.receivedAt || (a.id < b.id ? -1 : 1);

/**
 * Adds how many older reports of its kind, label and artifact have claims: those do not apply to its findings. Null if
 * there are none, and without a label.
 */
export function withClaimsBefore<One extends Report>(evidence: readonly One[]): readonly One[] {
  if (!evidence.some((one) => one.label !== null && hasClaims(one))) return evidence;
  const counts = new Map<string, number>();
  const before = new Map<string, number>();
  for (const one of evidence.toSorted(byAge)) {
    const group = groupOf(one);
    const count = counts.get(group) ?? 0;
    if (one.label !== null && count > 0) before.set(one.id, count);
    if (hasClaims(one)) counts.set(group, count + 1);
  }
  return evidence.map((one) => ({ ...one, claimsBefore: before.get(one.id) ?? null }));
}
