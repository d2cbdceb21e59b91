import { CURRENT } from '../evidence/index.js';
import { APPLIED_CLAIM } from './claims.sql.js';

/**
 * The defects of a release, by the evidence that counts: findings with one fingerprint are one, as the worst of those
 * that count says; fixable if one of these is; suppressed if none of them counts.
 * @param release a parameter of the statement
 */
export const defectsOf = (release: string) => `
  SELECT DISTINCT ON (f.fingerprint) f.fingerprint, f.type, f.severity, f.rule, f.aliases, f.title, f.purl,
         f.purl_key, f.purl_version, f.package_name, f.package_version, f.location, suppressed,
         max(f.fixed_version) OVER (PARTITION BY f.fingerprint, suppressed) AS fixed_version
    FROM evidence e JOIN findings f ON f.evidence_id = e.id
    LEFT JOIN LATERAL (${APPLIED_CLAIM}) claim ON true
    CROSS JOIN LATERAL (SELECT COALESCE(claim.suppresses, false) AS suppressed) told
   WHERE e.release_id = ${release} AND ${CURRENT}
   ORDER BY f.fingerprint, suppressed, f.severity, f.evidence_id, f.ordinal`;
