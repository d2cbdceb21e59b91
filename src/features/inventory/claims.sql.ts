import { currentOf } from '../evidence/index.js';
import { evidenceOf } from './conditions.js';

/**
 * Claims of one target about one package, or about none. Those of one index entry are walked from the last one that
 * was stated, those with an effect first, until one is meant.
 */
const claimsOn = (package_: string, more: string) => `
  (SELECT c.status, c.justification, c.detail, c.absolves, c.applied, c.evidence_id, c.stated_at, c.ordinal
     FROM claims c ${evidenceOf('c', 'ce')}
    WHERE c.release_id = f.release_id AND c.target = targets.target AND c.purl_key ${package_} ${more}
      AND ${currentOf('ce')}
      AND (ce.artifact_sha256 IS NULL OR e.artifact_sha256 IS NULL OR ce.artifact_sha256 = e.artifact_sha256)
      AND (c.purl_version IS NULL OR c.purl_version IN (f.purl_version, f.package_version))
      AND (NOT c.purl_exact OR c.purl = f.purl)
      AND (c.products = '{}'
           OR EXISTS (SELECT 1 FROM artifacts a
                       WHERE a.release_id = c.release_id AND a.created_at <= ce.last_received_at
                         AND (e.artifact_sha256 IS NULL OR a.sha256 = e.artifact_sha256)
                         AND ('sha256:' || a.sha256 = ANY (c.products) OR a.purl_key = ANY (c.products)
                              OR split_part(split_part(a.purl, '#', 1), '?', 1) = ANY (c.products)))
           OR (c.purl_key IS NOT NULL
               AND NOT EXISTS (SELECT 1 FROM artifacts a
                                WHERE a.release_id = c.release_id
                                  AND (e.artifact_sha256 IS NULL OR a.sha256 = e.artifact_sha256)
                                  AND (a.purl IS NOT NULL OR 'sha256' = ANY (
                                       SELECT split_part(product, ':', 1) FROM unnest(c.products) AS product)))))
    ORDER BY c.release_id DESC, c.target DESC, c.purl_key DESC, c.applied DESC, c.stated_at DESC,
             c.evidence_id DESC, c.ordinal DESC
    LIMIT 1)`;

/**
 * What is claimed of the finding `f` of the evidence `e`, for `LEFT JOIN LATERAL … claim ON true`: the decisive claim of
 * evidence that counts. One of a caller that may say so comes before all others, and of several the one that was
 * stated last.
 *
 * A claim is about a fingerprint, or about a vulnerability by any of its ids: then in the package that it names, in
 * that version if it names one, and in that very package if its purl has qualifiers. Where both are about an
 * artifact it is the same one. A product that it names must be the artifact, or one of the release's: by digest, or by
 * purl, and have been registered when the claim came, so that whoever made it could see it. Only where there is none
 * that could be compared with, a claim about a package is taken to mean this release: whoever uploaded it here said so.
 */
const claimOf = (more: string) => `
  SELECT claimed.status, claimed.justification, claimed.detail, claimed.absolves, claimed.applied,
         claimed.evidence_id AS "evidenceId", claimed.absolves AND claimed.applied AS suppresses
    FROM unnest(f.aliases || f.rule || encode(f.fingerprint, 'hex')) AS targets (target)
    CROSS JOIN LATERAL (
      ${claimsOn('IS NULL', more)} UNION ALL ${claimsOn('= f.purl_key', more)}) claimed
   ORDER BY claimed.applied DESC, claimed.stated_at DESC, claimed.evidence_id DESC, claimed.ordinal DESC
   LIMIT 1`;

/** The decisive claim, to be shown: also one without effect. */
export const CLAIM = claimOf('');

/** Of claims that have an effect alone, to be counted by: others, of which there may be any number, are not even read. */
export const APPLIED_CLAIM = claimOf('AND c.applied');
