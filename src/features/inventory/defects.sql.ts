import { NOW } from '../evidence/index.js';
import { appliedClaim } from './claims.sql.js';

/**
 * The defects of a release in its evidence that counts. Findings with the same fingerprint are one defect. A defect
 * has the columns of its worst finding that counts. It is fixable if any such finding is, and has no fix only if all
 * say so. It is `unsure` if one tool rates it and another does not: the rating counts, and so does the doubt, unless a
 * caller with `vex:write` uploaded a rating. If no finding counts, the defect is suppressed.
 * @param release a parameter of the statement, such as `$1`
 * @param when the time at which evidence and claims count
 */
export const defectsOf = (release: string, when = NOW) => `
  SELECT DISTINCT ON (f.fingerprint) f.fingerprint, f.type, f.severity, f.rule, f.aliases, f.title, f.purl,
         f.purl_key, f.purl_version, f.package_name, f.package_version, f.location, suppressed,
         max(f.fixed_version) OVER same AS fixed_version,
         CASE WHEN bool_or(f.fixed_version IS NOT NULL) OVER same THEN 'available'
              WHEN bool_and(f.unfixable) OVER same THEN 'none' ELSE 'unknown' END AS fix,
         f.severity <> 'unknown' AND bool_or(f.severity = 'unknown') OVER same
           AND NOT bool_or(f.severity <> 'unknown' AND e.may_absolve) OVER same AS unsure
    FROM evidence e JOIN findings f ON f.evidence_id = e.id
    LEFT JOIN LATERAL (${appliedClaim(release, when)}) claim ON true
    CROSS JOIN LATERAL (SELECT COALESCE(claim.suppresses, false) AS suppressed) effect
   WHERE e.release_id = ${release} AND ${when.counts('e')}
  WINDOW same AS (PARTITION BY f.fingerprint, suppressed)
   ORDER BY f.fingerprint, suppressed, f.severity, f.evidence_id, f.ordinal`;
