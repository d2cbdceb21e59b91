import { CURRENT } from '../evidence/index.js';
import { APPLIED_CLAIM, defectsOf } from '../inventory/index.js';

/** Maximum number of defects that results can name, for each type and for fixable and other defects. */
export const WORST = 10;

const COLUMNS = `encode(fingerprint, 'hex') AS fingerprint, type, severity, rule, title, purl,
  package_name AS "packageName", package_version AS "packageVersion", fixed_version AS "fixedVersion", location`;

/** Defects of a release that count. `release` is a parameter of the statement. */
const countingOf = (release: string) =>
  `SELECT * FROM (${defectsOf(release)}) reported WHERE NOT suppressed`;

/** Counts of a set of defects, and the worst defects, as one JSON value. */
export const summaryOf = (defects: string) => `jsonb_build_object(
  'counts', (SELECT COALESCE(jsonb_agg(c ORDER BY c.type, c.severity, c.fixable), '[]') FROM (
               SELECT type, severity, fixed_version IS NOT NULL AS fixable, count(*)::int AS count
                 FROM ${defects} GROUP BY type, severity, fixed_version IS NOT NULL) c),
  'worst', (SELECT COALESCE(jsonb_agg(to_jsonb(w) - 'n' ORDER BY w.severity, w.type, w.fingerprint), '[]') FROM (
              SELECT ${COLUMNS}, row_number() OVER (
                       PARTITION BY type, fixed_version IS NOT NULL ORDER BY severity, fingerprint) AS n
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

/** Defects of `$1` that the running release `$2` does not have. */
const NEW = `here AS (${countingOf('$1')}), there AS (${countingOf('$2')}),
  added AS MATERIALIZED (
    SELECT * FROM here WHERE NOT EXISTS (SELECT 1 FROM there WHERE there.fingerprint = here.fingerprint))`;

/** Counts of the new defects, and the worst. `$1`: the release, `$2`: the running release. */
export const NEW_DEFECTS = {
  name: 'facts-new-defects',
  text: `WITH ${NEW} SELECT ${summaryOf('added')} AS facts`,
};

/**
 * Defects of a set that waivers cover, with the ids of those waivers. A defect can be in several versions of its
 * package: it is covered only if each version is. `release` and `waivers` (ids) are parameters of the statement.
 */
const waivedOf = (defects: string, release: string, waivers: string) => {
  const matches = `w.id = ANY (${waivers}::uuid[]) AND (w.rule = d.rule OR w.rule = ANY (d.aliases))
               AND (w.purl_key IS NULL OR w.purl_key = d.purl_key)`;
  return `
  SELECT ${COLUMNS}, waivers FROM (
    SELECT d.*, cover.waivers
      FROM ${defects} d CROSS JOIN LATERAL (
        SELECT array_agg(DISTINCT w.id::text) AS waivers, bool_and(w.id IS NOT NULL) AS whole
          FROM evidence e JOIN findings f ON f.evidence_id = e.id AND f.fingerprint = d.fingerprint
          LEFT JOIN LATERAL (${APPLIED_CLAIM}) claim ON true
          LEFT JOIN waivers w ON ${matches}
               AND (w.purl_version IS NULL OR w.purl_version IN (f.purl_version, f.package_version))
         WHERE e.release_id = ${release} AND ${CURRENT} AND NOT COALESCE(claim.suppresses, false)) cover
     WHERE cover.whole AND EXISTS (SELECT 1 FROM waivers w WHERE ${matches})) covered
   ORDER BY severity, fingerprint`;
};

/** Defects of the release `$1` that the waivers `$2` cover. */
export const WAIVED_DEFECTS = {
  name: 'facts-waived',
  text: `WITH defects AS (${countingOf('$1')}) ${waivedOf('defects', '$1', '$2')}`,
};

/** New defects that waivers cover. `$1`: the release, `$2`: the running release, `$3`: waivers. */
export const WAIVED_NEW_DEFECTS = {
  name: 'facts-waived-new',
  text: `WITH ${NEW} ${waivedOf('added', '$1', '$3')}`,
};

/** The components of a release, each version once. `$1`: the release. */
export const COMPONENTS = {
  name: 'facts-components',
  text: `SELECT DISTINCT ON (c.key, c.version, c.purl, c.licences) c.name, c.version, c.purl, c.licences
           FROM evidence e JOIN components c ON c.evidence_id = e.id
          WHERE e.release_id = $1 AND ${CURRENT}
          ORDER BY c.key, c.version, c.purl, c.licences, c.name`,
};
