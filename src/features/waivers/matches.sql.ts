import { CURRENT, currentOf } from '../evidence/index.js';
import { joinedIds } from '../inventory/index.js';

/** Maximum number of findings that the answer about a waiver names. */
const MAX_MATCHES = 20;

const qualifiersOf = (purl: string) =>
  `array_remove(string_to_array(split_part(split_part(COALESCE(${purl}, ''), '#', 1), '?', 2), '&'), '')`;

/** The module in a repository of Go, or a folder. Empty without one. */
const subpathOf = (purl: string) => `split_part(COALESCE(${purl}, ''), '#', 2)`;

/** Condition that a waiver's package is that of the finding `f`: as in verdicts, and for answers about a waiver. */
export const inPackage = (key: string, version: string, purl: string) => `
  (${key} IS NULL OR ${key} = f.purl_key) AND ${qualifiersOf(purl)} <@ ${qualifiersOf('f.purl')}
  AND ${subpathOf(purl)} IN ('', ${subpathOf('f.purl')})
  AND (${version} IS NULL OR ${version} IN (f.purl_version, f.package_version))`;

/** Ids of databases of vulnerabilities, and of advisories of vendors. */
const ID_OF_VULNERABILITY =
  '^(CVE|GHSA|GO|PYSEC|RUSTSEC|MAL|OSV|GSD|HSEC|JLSEC|RSEC|BIT|SNYK|NPM|TEMP|USN|DSA|DLA|DTSA|RH[SBE]A|ELSA|ELBA|ALAS[A-Z0-9]*|ALSA|RLSA|ASA|AVG|XSA|PHSA|CGA|AZL|(OPEN)?SUSE-[SRF]U)-';

/** Condition that a rule with the name of the finding `f` means it. That of a vulnerability means nothing else. */
const mayMean = (rule: string) =>
  `(f.type = 'vulnerability' OR ${rule} !~* '${ID_OF_VULNERABILITY}')`;

/**
 * Condition that a waiver is about the id of the finding `f`. A rule that is the id of a vulnerability covers only
 * vulnerabilities: rules of other tools can have such a name. Other ids join only as `joinedIds` says.
 */
const aboutId = (release: string, rule: string) => `
  ((${rule} = f.rule AND ${mayMean(rule)})
   OR (f.type = 'vulnerability' AND ${joinedIds(release, 'f.rule', rule)}))`;

/**
 * `covering`, a part of a statement with `asked`, some waivers: these by each rule of a finding that they can be about.
 * `joined`: by another id of the vulnerability. It selects what `aboutId` says, for many waivers and findings at once.
 */
export const coveringOf = (release: string) => {
  const joined = (named: string, rule: string) => `
    SELECT va.${named} FROM vulnerability_aliases va JOIN evidence te ON te.id = va.evidence_id
     WHERE va.release_id = ${release} AND te.release_id = va.release_id AND te.may_absolve AND ${currentOf('te')}
       AND va.${rule} = w.rule`;
  return `covering AS MATERIALIZED (
    SELECT w.*, w.rule AS named, false AS joined FROM asked w
     UNION ALL
    SELECT w.*, other.named, true FROM asked w CROSS JOIN LATERAL (
      ${joined('canonical', 'alias')} UNION ${joined('alias', 'canonical')}) other (named)
     WHERE other.named <> w.rule)`;
};

/** Condition that a row of `covering` with the rule of the finding `f` is about its id. */
export const isNamed = (covering: string) => `
  CASE WHEN ${covering}.joined THEN f.type = 'vulnerability' ELSE ${mayMean(`${covering}.rule`)} END`;

/**
 * Condition that the finding `f` is of a type that a rule alone says enough about. One secret, code finding or
 * misconfiguration says nothing about the next one of its rule.
 */
const IS_BY_RULE = `f.type IN ('vulnerability', 'licence')`;

/** Condition that a waiver with these fingerprints is about the finding `f`, as in verdicts. */
export const isOfFinding = (fingerprints: string) => `
  (CASE WHEN cardinality(${fingerprints}) = 0 THEN ${IS_BY_RULE}
        ELSE encode(f.fingerprint, 'hex') = ANY (${fingerprints}) END)`;

/** Findings `f` of current evidence with the rule and the package of a waiver. `$1` to `$6`: as for `MATCHES`. */
const WITH_RULE = `
  (SELECT $3::text AS id
    UNION SELECT va.canonical FROM vulnerability_aliases va WHERE va.alias = $3 AND va.project_id = $1
    UNION SELECT va.alias FROM vulnerability_aliases va WHERE va.canonical = $3 AND va.project_id = $1) ids
   JOIN findings f ON f.rule = ids.id AND f.project_id = $1
   JOIN evidence e ON e.id = f.evidence_id
  WHERE ($2::uuid IS NULL OR f.release_id = $2) AND ${CURRENT}
    AND ${aboutId('f.release_id', '$3')}
    AND ${inPackage('$4::text', '$5::text', '$6::text')}`;

/** Whether a finding has the rule and the package of a waiver that is not about it. `$1` to `$7`: as for `MATCHES`. */
export const OTHERS = {
  name: 'waiver-others',
  text: `SELECT 1 FROM ${WITH_RULE} AND NOT ${isOfFinding('$7::text[]')} LIMIT 1`,
};

/**
 * Fingerprints of findings with the rule and the package of a waiver, if one of them needs its fingerprint. `$1` to
 * `$6`: as for `MATCHES`, `$7`: the maximum number.
 */
export const TO_NAME = {
  name: 'waiver-fingerprints',
  text: `SELECT DISTINCT encode(f.fingerprint, 'hex') AS fingerprint FROM ${WITH_RULE}
            AND EXISTS (SELECT 1 FROM ${WITH_RULE} AND NOT ${IS_BY_RULE})
          ORDER BY 1 LIMIT $7::int`,
};

/**
 * Findings in current evidence that a waiver matches, those of the latest evidence first. `$1`: project, `$2`: release
 * or null, `$3`: rule, `$4` to `$6`: key, version and text of the package URL, or null, `$7`: fingerprints, or none.
 */
export const MATCHES = {
  name: 'waiver-matches',
  text: `
    SELECT (SELECT jsonb_build_object('id', r.id, 'version', r.version)
              FROM releases r WHERE r.id = f.release_id) AS release,
           jsonb_build_object('evidenceId', f.evidence_id, 'fingerprint', encode(f.fingerprint, 'hex'), 'rule', f.rule,
             'severity', f.severity, 'purl', f.purl, 'packageName', f.package_name,
             'packageVersion', f.package_version) AS finding
      FROM ${WITH_RULE} AND ${isOfFinding('$7::text[]')}
     ORDER BY f.evidence_id DESC, f.ordinal LIMIT ${MAX_MATCHES}`,
};
