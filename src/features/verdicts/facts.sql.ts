import { CURRENT } from '../evidence/index.js';
import { APPLIED_CLAIM, defectsOf } from '../inventory/index.js';

/** How many of the worst defects of each type, fixable or not, are kept to be named. */
export const WORST = 10;

const COLUMNS = `encode(fingerprint, 'hex') AS fingerprint, type, severity, rule, title, purl,
  package_name AS "packageName", package_version AS "packageVersion", fixed_version AS "fixedVersion", location`;

/** Defects of a release that count. `release`: a parameter of the statement. */
const countingOf = (release: string) =>
  `SELECT * FROM (${defectsOf(release)}) told WHERE NOT suppressed`;

/** Counts of a set of defects, and the worst of them, as one JSON value. */
export const summaryOf = (defects: string) => `jsonb_build_object(
  'counts', (SELECT COALESCE(jsonb_agg(c ORDER BY c.type, c.severity, c.fixable), '[]') FROM (
               SELECT type, severity, fixed_version IS NOT NULL AS fixable, count(*)::int AS count
                 FROM ${defects} GROUP BY type, severity, fixed_version IS NOT NULL) c),
  'worst', (SELECT COALESCE(jsonb_agg(to_jsonb(w) - 'n' ORDER BY w.severity, w.type, w.fingerprint), '[]') FROM (
              SELECT ${COLUMNS}, row_number() OVER (
                       PARTITION BY type, fixed_version IS NOT NULL ORDER BY severity, fingerprint) AS n
                FROM ${defects}) w WHERE w.n <= ${WORST}))`;

/** The facts of a release, and the count of changes that they are of, in one snapshot. `$1`: the release. */
export const ADD_UP = {
  name: 'facts-add-up',
  text: `WITH defects AS MATERIALIZED (${countingOf('$1')})
         SELECT ${summaryOf('defects')} AS facts,
                (SELECT changes::text FROM release_facts WHERE release_id = $1) AS changes`,
};

/** Keeps them, unless something has changed meanwhile. `$1`: release, `$2`: facts, `$3`: the count, `$4`: the version of the rules. */
export const KEEP = {
  name: 'facts-keep',
  text: `UPDATE release_facts SET facts = $2::jsonb, facts_of = $3::bigint, facts_engine = $4
          WHERE release_id = $1 AND changes = $3::bigint`,
};

/** Defects of `$1` that the running release `$2` has not. */
const FRESH = `here AS (${countingOf('$1')}), there AS (${countingOf('$2')}),
  fresh AS MATERIALIZED (
    SELECT * FROM here WHERE NOT EXISTS (SELECT 1 FROM there WHERE there.fingerprint = here.fingerprint))`;

/** Counts of the new defects, and the worst of them. `$1`: the release, `$2`: the one that runs. */
export const NEW_DEFECTS = {
  name: 'facts-new-defects',
  text: `WITH ${FRESH} SELECT ${summaryOf('fresh')} AS facts`,
};

/**
 * Those of a set of defects that waivers cover, each with the ids of these. A defect may be in several versions of its
 * package: it is covered when each of them is. `waivers`: a parameter, their ids; `release`: another.
 */
const waivedOf = (defects: string, release: string, waivers: string) => {
  const isMeant = `w.id = ANY (${waivers}::uuid[]) AND (w.rule = d.rule OR w.rule = ANY (d.aliases))
               AND (w.purl_key IS NULL OR w.purl_key = d.purl_key)`;
  return `
  SELECT ${COLUMNS}, waivers FROM (
    SELECT d.*, told.waivers
      FROM ${defects} d CROSS JOIN LATERAL (
        SELECT array_agg(DISTINCT w.id::text) AS waivers, bool_and(w.id IS NOT NULL) AS whole
          FROM evidence e JOIN findings f ON f.evidence_id = e.id AND f.fingerprint = d.fingerprint
          LEFT JOIN LATERAL (${APPLIED_CLAIM}) claim ON true
          LEFT JOIN waivers w ON ${isMeant}
               AND (w.purl_version IS NULL OR w.purl_version IN (f.purl_version, f.package_version))
         WHERE e.release_id = ${release} AND ${CURRENT} AND NOT COALESCE(claim.suppresses, false)) told
     WHERE told.whole AND EXISTS (SELECT 1 FROM waivers w WHERE ${isMeant})) covered
   ORDER BY severity, fingerprint`;
};

/** Defects of the release `$1` that the waivers `$2` cover. */
export const WAIVED_DEFECTS = {
  name: 'facts-waived',
  text: `WITH defects AS (${countingOf('$1')}) ${waivedOf('defects', '$1', '$2')}`,
};

/** The same of new defects. `$1`: the release, `$2`: the one that runs, `$3`: waivers. */
export const WAIVED_NEW_DEFECTS = {
  name: 'facts-waived-new',
  text: `WITH ${FRESH} ${waivedOf('fresh', '$1', '$3')}`,
};

/** What the release consists of: each version of each component once. `$1`: the release. */
export const COMPONENTS = {
  name: 'facts-components',
  text: `SELECT DISTINCT ON (c.key, c.version, c.purl, c.licences) c.name, c.version, c.purl, c.licences
           FROM evidence e JOIN components c ON c.evidence_id = e.id
          WHERE e.release_id = $1 AND ${CURRENT}
          ORDER BY c.key, c.version, c.purl, c.licences, c.name`,
};
