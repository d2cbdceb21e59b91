import { asOf, CURRENT, NOW } from '../evidence/index.js';
import { appliedClaim, defectsOf } from '../inventory/index.js';
import { coveringOf, inPackage, isNamed, isOfFinding } from '../waivers/index.js';

/** Maximum number of defects that results can name, for each type, fix and doubt. */
export const WORST = 10;

const COLUMNS = `encode(fingerprint, 'hex') AS fingerprint, type, severity, rule, title, purl,
  package_name AS "packageName", package_version AS "packageVersion", fixed_version AS "fixedVersion",
  fix, unsure, location`;

/** Defects of a release that count. @param release a parameter @param when the time at which they count */
const countingOf = (release: string, when = NOW) =>
  `SELECT * FROM (${defectsOf(release, when)}) reported WHERE NOT suppressed`;

/** Empty, or the column with the severity that the running release has a new defect with. */
type Was = '' | ', was';

/** Counts of a set of defects, and the worst defects, as one JSON value. */
export const summaryOf = (defects: string, was: Was = '') => `jsonb_build_object(
  'counts', (SELECT COALESCE(jsonb_agg(c ORDER BY c.type, c.severity, c.fix, c.unsure), '[]') FROM (
               SELECT type, severity, fix, unsure${was}, count(*)::int AS count
                 FROM ${defects} GROUP BY type, severity, fix, unsure${was}) c),
  'worst', (SELECT COALESCE(jsonb_agg(to_jsonb(w) - 'n' ORDER BY w.severity, w.type, w.fingerprint), '[]') FROM (
              SELECT ${COLUMNS}${was}, row_number() OVER (
                       PARTITION BY type, fix, unsure${was} ORDER BY severity, fingerprint) AS n
                FROM ${defects}) w WHERE w.n <= ${WORST}))`;

/** The facts of a release, and the change counter that they belong to, in one snapshot. `$1`: the release. */
export const COMPUTE_FACTS = {
  name: 'facts-compute',
  text: `WITH defects AS MATERIALIZED (${countingOf('$1')})
         SELECT ${summaryOf('defects')} AS facts,
                (SELECT changes::text FROM release_facts WHERE release_id = $1) AS changes`,
};

/**
 * Stores facts unless the release has changed. `$1`: release, `$2`: facts, `$3`: change counter, `$4`: version of the
 * engine.
 */
export const STORE_FACTS = {
  name: 'facts-store',
  text: `UPDATE release_facts SET facts = $2::jsonb, facts_of = $3::bigint, facts_engine = $4
          WHERE release_id = $1 AND changes = $3::bigint`,
};

/** Whether a tool does not rate the defect. It may be of any severity then. */
const isDoubtful = (defect: string) => `(${defect}.unsure OR ${defect}.severity = 'unknown')`;

/**
 * Defects of `$1` that the running release `$2` did not have when it was deployed (`$3`), or had with a lower severity.
 * What was uploaded for it since then, also a claim, makes nothing known.
 */
const NEW = `here AS (${countingOf('$1')}), there AS (${countingOf('$2', asOf('$3'))}),
  added AS MATERIALIZED (
    SELECT here.*, there.severity AS was FROM here LEFT JOIN there USING (fingerprint)
     WHERE there.fingerprint IS NULL OR here.severity < there.severity
        OR (${isDoubtful('here')} AND NOT ${isDoubtful('there')}))`;

/** Counts of the new defects, and the worst. `$1`: release, `$2`: running release, `$3`: when that was deployed. */
export const NEW_DEFECTS = {
  name: 'facts-new-defects',
  text: `WITH ${NEW} SELECT ${summaryOf('added', ', was')} AS facts`,
};

/**
 * Defects of a set that waivers cover, with the ids of those waivers. A defect can be in several versions of its
 * package, and several documents can report it: it is covered only if each of its findings is, by the finding's own id.
 * Other ids join only by evidence of a caller with `vex:write`: else a pipeline could name a waived id as an alias.
 * One without fingerprints covers vulnerabilities and licences only. Qualifiers of the waiver's package URL must be
 * those of the finding's. Findings are joined with waivers by the hash of their rule: thousands of each cost the sum,
 * and not the product. `release` and `waivers` (ids) are parameters.
 */
const waivedOf = (defects: string, release: string, waivers: string, was: Was = '') => `
  asked AS MATERIALIZED (SELECT * FROM waivers WHERE id = ANY (${waivers}::uuid[])),
  ${coveringOf(release)}
  SELECT ${COLUMNS}${was}, waivers FROM (
    SELECT d.*, cover.waivers FROM ${defects} d JOIN (
      SELECT f.fingerprint, array_agg(DISTINCT w.id::text) AS waivers, bool_and(w.id IS NOT NULL) AS whole
        FROM evidence e JOIN findings f ON f.evidence_id = e.id
        LEFT JOIN LATERAL (${appliedClaim(release)}) claim ON true
        LEFT JOIN covering w ON w.named = f.rule AND ${isNamed('w')}
             AND ${inPackage('w.purl_key', 'w.purl_version', 'w.purl')} AND ${isOfFinding('w.fingerprints')}
       WHERE e.release_id = ${release} AND ${CURRENT} AND NOT COALESCE(claim.suppresses, false)
         AND f.fingerprint IN (
           SELECT f.fingerprint FROM evidence e JOIN findings f ON f.evidence_id = e.id
             JOIN covering w ON w.named = f.rule
            WHERE e.release_id = ${release} AND ${CURRENT})
       GROUP BY f.fingerprint) cover USING (fingerprint)
     WHERE cover.whole) covered
   ORDER BY severity, fingerprint`;

/** Defects of the release `$1` that the waivers `$2` cover. */
export const WAIVED_DEFECTS = {
  name: 'facts-waived',
  text: `WITH defects AS (${countingOf('$1')}), ${waivedOf('defects', '$1', '$2')}`,
};

/** New defects that waivers cover. `$1` to `$3`: as for `NEW_DEFECTS`, `$4`: waivers. */
export const WAIVED_NEW_DEFECTS = {
  name: 'facts-waived-new',
  text: `WITH ${NEW}, ${waivedOf('added', '$1', '$4', ', was')}`,
};

/**
 * All defects of a release that some rule can count, also waived ones. `$1`: release, `$2`: types, `$3`: severities,
 * `$4`: maximum number.
 */
export const COUNTED_DEFECTS = {
  name: 'facts-counted',
  text: `SELECT ${COLUMNS} FROM (${countingOf('$1')}) d
          WHERE type::text = ANY ($2::text[])
            AND (severity::text = ANY ($3::text[]) OR (unsure AND 'unknown' = ANY ($3::text[])))
          ORDER BY d.fingerprint LIMIT $4::int`,
};

/**
 * The components of a release, each version once, and after them the licences that scanners report, which claims do not
 * remove. One package can have several names. `$1`: the release.
 */
export const COMPONENTS = {
  name: 'facts-components',
  text: `(SELECT DISTINCT ON (c.key, c.version, c.purl, c.licences, c.name)
                 c.name, c.version, c.purl, c.licences, NULL::text AS finding
            FROM evidence e JOIN components c ON c.evidence_id = e.id
           WHERE e.release_id = $1 AND ${CURRENT}
           ORDER BY c.key, c.version, c.purl, c.licences, c.name)
          UNION ALL
         (SELECT DISTINCT ON (f.fingerprint, f.package_version)
                 COALESCE(f.package_name, f.location, f.rule), f.package_version, f.purl, ARRAY[f.rule],
                 encode(f.fingerprint, 'hex')
            FROM evidence e JOIN findings f ON f.evidence_id = e.id
            LEFT JOIN LATERAL (${appliedClaim('$1')}) claim ON true
           WHERE e.release_id = $1 AND ${CURRENT} AND f.type = 'licence' AND NOT COALESCE(claim.suppresses, false)
           ORDER BY f.fingerprint, f.package_version, f.purl, f.package_name, f.location)`,
};

/** The same, each as a JSON list of name, version, package URL, licences and the fingerprint of a finding. */
export const PACKED_COMPONENTS = {
  text: `SELECT json_build_array(name, version, purl, licences, finding)::text AS packed
           FROM (${COMPONENTS.text}) each`,
};
