import { evidenceOf } from './conditions.js';

/**
 * What is claimed of the finding `f`, for `LEFT JOIN LATERAL … claim ON true`: the decisive claim of evidence that
 * counts. One of a caller that may say so comes before all others, and of several the one that was stated last.
 *
 * A claim is about a fingerprint, or about a vulnerability by any of its ids: then in the package that it names, in
 * that version if it names one, and in that very package if its purl has qualifiers. A product that it names must be
 * an artifact of the release: by digest, or by purl. Only where the release has none that could be compared with, a
 * claim about a package is taken to mean this release: whoever uploaded it here said so.
 */
export const CLAIM = `
  SELECT c.status, c.justification, c.detail, c.absolves, ce.may_absolve AS applied,
         c.evidence_id AS "evidenceId", c.absolves AND ce.may_absolve AS suppresses
    FROM claims c ${evidenceOf('c', 'ce')}
   WHERE c.release_id = f.release_id
     AND c.target = ANY (f.aliases || f.rule || encode(f.fingerprint, 'hex'))
     AND ce.superseded_at IS NULL AND ce.retracted_at IS NULL
     AND (c.purl_key IS NULL OR c.purl_key = f.purl_key)
     AND (c.purl_version IS NULL OR c.purl_version IN (f.purl_version, f.package_version))
     AND (NOT c.purl_exact OR c.purl = f.purl)
     AND (c.products = '{}'
          OR EXISTS (SELECT 1 FROM artifacts a
                      WHERE a.release_id = c.release_id
                        AND ('sha256:' || a.sha256 = ANY (c.products) OR a.purl_key = ANY (c.products)
                             OR split_part(split_part(a.purl, '#', 1), '?', 1) = ANY (c.products)))
          OR (c.purl_key IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM artifacts a
                               WHERE a.release_id = c.release_id
                                 AND (a.purl IS NOT NULL OR 'sha256' = ANY (
                                      SELECT split_part(product, ':', 1) FROM unnest(c.products) AS product)))))
   ORDER BY ce.may_absolve DESC, c.stated_at DESC, c.evidence_id DESC, c.ordinal DESC
   LIMIT 1`;
