import { CURRENT } from '../evidence/index.js';
import { defectsOf } from './defects.sql.js';

/** The packages of one release, each with its versions and licences. */
const packagesOf = (release: string) => `
  SELECT c.key, min(c.name) AS name, array_agg(DISTINCT COALESCE(c.version, '')) AS versions,
         array_agg(DISTINCT array_to_string(c.licences, ' AND ')) AS licences
    FROM evidence e JOIN components c ON c.evidence_id = e.id
   WHERE e.release_id = ${release} AND ${CURRENT} GROUP BY c.key`;

/**
 * Packages that are not the same in both releases, each with how many are the same; one row without a key where
 * none is different. `$1`: the first release, `$2`: the other one.
 */
export const SELECT_PACKAGES = {
  name: 'diff-packages',
  text: `
    WITH a AS (${packagesOf('$1')}), b AS (${packagesOf('$2')}),
    both_releases AS MATERIALIZED (
      SELECT key, COALESCE(b.name, a.name) AS name, a.versions AS "from", b.versions AS "to",
             a.licences AS "licencesFrom", b.licences AS "licencesTo"
        FROM a FULL JOIN b USING (key))
    SELECT same.n AS same, changed.* FROM
      (SELECT count(*)::int AS n FROM both_releases WHERE "from" = "to") same
      LEFT JOIN (SELECT * FROM both_releases
                  WHERE "from" IS DISTINCT FROM "to" OR "licencesFrom" IS DISTINCT FROM "licencesTo") changed ON true
     ORDER BY changed.key COLLATE "C"`,
};

/** What the evidence of a release that counts could have shown. `$1`: the release. */
export const SELECT_SHOWN = {
  name: 'diff-shown',
  text: `SELECT DISTINCT shown FROM evidence e, jsonb_array_elements_text(e.summary -> 'shows') AS shown
          WHERE e.release_id = $1 AND ${CURRENT} ORDER BY shown`,
};

/**
 * Defects of both releases: how many are new, fixed, unchanged and unknown, and the worst `$3` of each. `$4`: what the
 * other release's evidence could have shown. A defect of another type that it has not is not fixed: nobody looked.
 */
export const SELECT_DEFECTS = {
  name: 'diff-defects',
  text: `
    WITH a AS (${defectsOf('$1')}), b AS (${defectsOf('$2')}),
    both_releases AS (
      SELECT CASE WHEN a.fingerprint IS NULL THEN 'new' WHEN b.fingerprint IS NULL AND a.type::text = ANY ($4) THEN 'fixed'
                  WHEN b.fingerprint IS NULL THEN 'unknown'
                  ELSE 'unchanged' END AS change,
             encode(COALESCE(b.fingerprint, a.fingerprint), 'hex') AS fingerprint,
             COALESCE(b.type, a.type) AS type, COALESCE(b.severity, a.severity) AS severity,
             COALESCE(b.rule, a.rule) AS rule, COALESCE(b.title, a.title) AS title,
             COALESCE(b.purl, a.purl) AS purl, COALESCE(b.package_name, a.package_name) AS "packageName",
             COALESCE(b.location, a.location) AS location,
             COALESCE(b.fixed_version, a.fixed_version) AS "fixedVersion",
             COALESCE(b.suppressed, a.suppressed) AS suppressed
        FROM a FULL JOIN b USING (fingerprint)),
    numbered AS (
      SELECT *, count(*) OVER (PARTITION BY change)::int AS total,
             row_number() OVER (PARTITION BY change ORDER BY severity, rule COLLATE "C", fingerprint) AS n
        FROM both_releases)
    SELECT * FROM numbered WHERE n <= $3 ORDER BY change, n`,
};
