import { CURRENT, ofSubject } from '../evidence/index.js';
import { defectsOf } from './defects.sql.js';

/** The packages in current evidence of a release, with their versions and licences. */
const packagesOf = (release: string) => `
  SELECT c.key, min(c.name) AS name, array_agg(DISTINCT COALESCE(c.version, '')) AS versions,
         array_agg(DISTINCT array_to_string(c.licences, ' AND ')) AS licences
    FROM evidence e JOIN components c ON c.evidence_id = e.id
   WHERE e.release_id = ${release} AND ${CURRENT} AND NOT ${ofSubject('c')} GROUP BY c.key`;

/**
 * Packages that differ between two releases. Each row also has the number of equal packages. If no package differs, the
 * result is one row without a key. `$1`: the first release, `$2`: the other release.
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

/**
 * What the current evidence of a release shows. Evidence from before coverage was stored shows nothing until it is read
 * again. `$1`: the release.
 */
export const SELECT_SHOWS = {
  name: 'diff-shown',
  text: `SELECT DISTINCT shows FROM evidence e, jsonb_array_elements_text(e.summary -> 'shows') AS shows
          WHERE e.release_id = $1 AND ${CURRENT} AND e.summary ? 'coverage' ORDER BY shows`,
};

/**
 * Defects of both releases: the number of new, fixed, unchanged and unknown ones, and the worst `$3` of each. `$4`: the
 * types that the other release's evidence can report. A missing defect of another type is unknown, not fixed.
 */
export const SELECT_DEFECTS = {
  name: 'diff-defects',
  text: `
    WITH a AS (${defectsOf('$1')}), b AS (${defectsOf('$2')}),
    both_releases AS (
      SELECT CASE WHEN a.fingerprint IS NULL THEN 'new'
                  WHEN b.fingerprint IS NULL AND a.type::text = ANY ($4) THEN 'fixed'
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
