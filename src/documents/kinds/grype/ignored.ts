import type { Claim, Finding } from '../../kind.js';
import type { Match } from './schema.js';

/** Why a match is ignored: the rules' reasons, else their conditions. */
function justificationOf({ appliedIgnoreRules }: Match): string | undefined {
  const reasons = (appliedIgnoreRules ?? []).map((rule) => {
    const reason = rule.reason || rule['vex-justification'] || rule['vex-status'];
    if (reason) return reason;
    if (rule['fix-state']) return `fix-state: ${rule['fix-state']}`;
    if (rule['match-type']) return `match-type: ${rule['match-type']}`;
    return rule.vulnerability ? `rule for ${rule.vulnerability}` : 'rule for the package';
  });
  return [...new Set(reasons)].join('; ') || undefined;
}

/**
 * Matches that the user's rules ignore become findings with a claim. A rule may ignore only one location of a package:
 * a defect that also has a match without a rule gets no claim.
 */
export function claimsOf(ignored: readonly Match[], findings: readonly Finding[], counted: number) {
  const open = new Set(findings.slice(0, counted).map(({ fingerprint }) => fingerprint));
  const claims = new Map<string, Claim>();
  for (const [i, match] of ignored.entries()) {
    const fingerprint = findings[counted + i]?.fingerprint;
    if (fingerprint === undefined || open.has(fingerprint) || claims.has(fingerprint)) continue;
    const justification = justificationOf(match);
    claims.set(fingerprint, { fingerprint, status: 'ignored', absolves: true, justification });
  }
  return [...claims.values()];
}
