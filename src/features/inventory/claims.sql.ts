import { type AsOf, NOW } from '../evidence/index.js';
import { evidenceOf } from './conditions.js';

/**
 * The decisive claim about one target, for a given package or for all packages. The index has claims that take effect
 * first, then the latest first; the scan stops at the first claim that applies to the finding.
 */
const claimsOn = (package_: string, more: string, { counts, exists }: AsOf) => `
  (SELECT c.status, c.justification, c.detail, c.absolves, c.applied, c.evidence_id, c.stated_at, c.ordinal
     FROM claims c ${evidenceOf('c', 'ce')}
    WHERE c.release_id = f.release_id AND c.target = targets.target AND c.purl_key ${package_} ${more}
      AND ${counts('ce')}
      AND (ce.artifact_sha256 IS NULL OR e.artifact_sha256 IS NULL OR ce.artifact_sha256 = e.artifact_sha256)
      AND (c.purl_version IS NULL OR c.purl_version IN (f.purl_version, f.package_version))
      AND (NOT c.purl_exact OR c.purl = f.purl)
      AND (c.products = '{}'
           OR EXISTS (SELECT 1 FROM artifacts a
                       WHERE a.release_id = c.release_id AND a.created_at <= ce.last_received_at AND ${exists('a')}
                         AND (e.artifact_sha256 IS NULL OR a.sha256 = e.artifact_sha256)
                         AND ('sha256:' || a.sha256 = ANY (c.products) OR a.purl_key = ANY (c.products)
                              OR split_part(split_part(a.purl, '#', 1), '?', 1) = ANY (c.products)))
           OR (c.purl_key IS NOT NULL
               AND NOT EXISTS (SELECT 1 FROM artifacts a
                                WHERE a.release_id = c.release_id AND ${exists('a')}
                                  AND (e.artifact_sha256 IS NULL OR a.sha256 = e.artifact_sha256)
                                  AND (a.purl IS NOT NULL OR 'sha256' = ANY (
                                       SELECT split_part(product, ':', 1) FROM unnest(c.products) AS product)))))
    ORDER BY c.release_id DESC, c.target DESC, c.purl_key DESC, c.applied DESC, c.stated_at DESC,
             c.evidence_id DESC, c.ordinal DESC
    LIMIT 1)`;

/**
 * The decisive claim about the finding `f` of the evidence `e`, from evidence that counts, for `LEFT JOIN LATERAL …
 * claim ON true`. Claims that take effect come first. Among several, the one stated last decides.
 *
 * A claim applies to the finding if all of these hold:
 * - Its target is the fingerprint, or any id of the vulnerability.
 * - If it names a package, the finding is in that package. If it names a version, the versions are equal. If its purl
 *   has qualifiers, the purls are equal.
 * - If both are about an artifact, it is the same one.
 * - If it names products, one of them is an artifact of the release (the finding's, if it has one), by digest or purl.
 *   The artifact was registered before the claim was received, so that its author could know it. If no artifact can be
 *   compared, a claim about a package applies to the release for which it was uploaded.
 */
const claimOf = (more: string, when: AsOf) => `
  SELECT claimed.status, claimed.justification, claimed.detail, claimed.absolves, claimed.applied,
         claimed.evidence_id AS "evidenceId", claimed.absolves AND claimed.applied AS suppresses
    FROM unnest(f.aliases || f.rule || encode(f.fingerprint, 'hex')) AS targets (target)
    CROSS JOIN LATERAL (
      ${claimsOn('IS NULL', more, when)} UNION ALL ${claimsOn('= f.purl_key', more, when)}) claimed
   ORDER BY claimed.applied DESC, claimed.stated_at DESC, claimed.evidence_id DESC, claimed.ordinal DESC
   LIMIT 1`;

/** The decisive claim for display, including claims without effect. */
export const CLAIM = claimOf('', NOW);

/** The decisive claim for counting. Claims without effect, of which there may be many, are not read. */
export const appliedClaim = (when = NOW) => claimOf('AND c.applied', when);
