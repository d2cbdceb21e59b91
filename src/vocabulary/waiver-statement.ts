import { canonicalJson } from '../shared/canonical-json.js';

/** What the digest of a waiver covers. Except for the approval, it never changes. */
export interface StatedWaiver {
  readonly id: string;
  readonly projectId: number;
  readonly releaseId: string | null;
  readonly rule: string;
  readonly about: string | null;
  readonly purl: string | null;
  /** Empty: it is not about single findings. */
  readonly fingerprints: readonly string[];
  readonly reason: string;
  readonly expiresAt: Date;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly approvedAt: Date | null;
  readonly approvedBy: string | null;
}

/**
 * What a waiver says, as canonical JSON (RFC 8785): the request, and who approved it. Times are ISO 8601 in UTC with
 * milliseconds. Without fingerprints, their member is absent, as in statements of earlier versions. A revocation is
 * not a part of it, because it does not change what was asked for and approved.
 */
export function waiverStatement(row: StatedWaiver): string {
  const { id, projectId, releaseId, rule, about, purl, fingerprints, reason } = row;
  const { expiresAt, createdAt, createdBy } = row;
  return canonicalJson({
    id,
    projectId,
    releaseId,
    rule,
    about,
    purl,
    ...(fingerprints.length > 0 && { fingerprints }),
    reason,
    expiresAt: expiresAt.toISOString(),
    requestedAt: createdAt.toISOString(),
    requestedBy: createdBy,
    approvedAt: row.approvedAt?.toISOString() ?? null,
    approvedBy: row.approvedBy,
  });
}
