import { CURRENT } from '../evidence/index.js';
import { APPLIED_CLAIM } from './claims.sql.js';

/**
 * The defects of a release in its current evidence. Findings with the same fingerprint are one defect. A defect has the
 * columns of its worst finding that counts, and is fixable if any such finding is. If no finding counts, the defect is
 * suppressed.
 * @param release a parameter of the statement, such as `$1`
 */
export const defectsOf = (release: string) => `
  SELECT DISTINCT ON (f.fingerprint) f.fingerprint, f.type, f.severity, f.rule, f.aliases, f.title, f.purl,
         f.purl_key, f.purl_version, f.package_name, f.package_version, f.location, suppressed,
         max(f.fixed_version) OVER (PARTITION BY f.fingerprint, suppressed) AS fixed_version
    FROM evidence e JOIN findings f ON f.evidence_id = e.id
    LEFT JOIN LATERAL (${APPLIED_CLAIM}) claim ON true
    CROSS JOIN LATERAL (SELECT COALESCE(claim.suppresses, false) AS suppressed) effect
   WHERE e.release_id = ${release} AND ${CURRENT}
   ORDER BY f.fingerprint, suppressed, f.severity, f.evidence_id, f.ordinal`;
