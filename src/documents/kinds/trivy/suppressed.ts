import type { Claim, Finding } from '../../kind.js';
import type { Misconfiguration, ModifiedFinding, Result } from './schema.js';

/** Why Trivy does not count a finding. */
export interface Suppression {
  readonly status: string;
  readonly justification?: string | undefined;
  readonly detail?: string | undefined;
}

/** A finding, and why Trivy does not count it, if it does not. */
export interface Entry {
  readonly finding: Finding;
  readonly suppression?: Suppression | undefined;
}

/** Of an ignore file, of a policy (`ignored`), and of VEX. With another status the finding counts. */
const ABSOLVING = new Set(['ignored', 'not_affected', 'fixed', 'exception']);

const UNFILTERED = 'Scan without --show-suppressed and without an ignore file';

const TYPES = new Set(['vulnerability', 'secret', 'license', 'misconfiguration']);

/** Why a report does not count that suppresses a finding of a type which is not read. Continues "does not count: ". */
export function unreadSuppression(results: readonly Result[]): string | undefined {
  const unread = results
    .flatMap(({ ExperimentalModifiedFindings: all }) => all ?? [])
    .find(({ Type }) => !TYPES.has(Type?.toLowerCase() ?? ''));
  if (!unread) return undefined;
  const type = JSON.stringify((unread.Type ?? '').slice(0, 50));
  return `it suppresses a finding of the type ${type}, which is not known. ${UNFILTERED}`;
}

export const suppressionOf = ({ Status, Statement, Source }: ModifiedFinding): Suppression => ({
  status: Status || 'unknown',
  justification: Statement || undefined,
  detail: Source ? `From ${Source}` : undefined,
});

/** A check that a policy excepts. Versions of Trivy before 0.50 list it with `--include-non-failures`. */
export const exceptionOf = ({ Message }: Misconfiguration): Suppression => ({
  status: 'exception',
  justification: Message || undefined,
});

/**
 * A claim for each defect that Trivy only lists as suppressed. It absolves only if every reason does: `affected` or
 * `under_investigation` of VEX do not. A defect that Trivy also lists as open gets none.
 */
export function claimsOf(entries: readonly Entry[]): Claim[] {
  const open = new Set<string>();
  for (const { finding, suppression } of entries) {
    if (!suppression) open.add(finding.fingerprint);
  }
  const claims = new Map<string, Claim>();
  for (const { finding, suppression } of entries) {
    const { fingerprint } = finding;
    if (!suppression || open.has(fingerprint)) continue;
    const absolves = ABSOLVING.has(suppression.status);
    const known = claims.get(fingerprint);
    if (!known || (known.absolves && !absolves))
      claims.set(fingerprint, { fingerprint, absolves, ...suppression });
  }
  return [...claims.values()];
}
