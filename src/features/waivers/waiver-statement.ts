import { createHash } from 'node:crypto';
import type { Waiver as WaiverRow } from '../../generated/prisma/client.js';
import { canonicalJson } from '../../shared/canonical-json.js';

/** The columns of a waiver that its digest covers. Except for the approval, they never change. */
export type StatedWaiver = Pick<
  WaiverRow,
  | 'id'
  | 'projectId'
  | 'releaseId'
  | 'rule'
  | 'about'
  | 'purl'
  | 'reason'
  | 'expiresAt'
  | 'createdAt'
  | 'createdBy'
  | 'approvedAt'
  | 'approvedBy'
>;

/**
 * What a waiver says, as canonical JSON (RFC 8785): the request, and who approved it. Times are ISO 8601 in UTC with
 * milliseconds. A revocation is not a part of it, because it does not change what was asked for and approved.
 */
export function waiverStatement(row: StatedWaiver): string {
  const { id, projectId, releaseId, rule, about, purl, reason, expiresAt, createdAt, createdBy } =
    row;
  return canonicalJson({
    id,
    projectId,
    releaseId,
    rule,
    about,
    purl,
    reason,
    expiresAt: expiresAt.toISOString(),
    requestedAt: createdAt.toISOString(),
    requestedBy: createdBy,
    approvedAt: row.approvedAt?.toISOString() ?? null,
    approvedBy: row.approvedBy,
  });
}

/** SHA-256 of the statement, in lower-case hexadecimal. */
export const waiverSha256 = (row: StatedWaiver): string =>
  createHash('sha256').update(waiverStatement(row)).digest('hex');
