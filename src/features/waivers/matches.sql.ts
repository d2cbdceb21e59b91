import { CURRENT } from '../evidence/index.js';
import { joinedIds } from '../inventory/index.js';

/** Maximum number of findings that the answer about a waiver names. */
const MAX_MATCHES = 20;

const qualifiersOf = (purl: string) =>
  `array_remove(string_to_array(split_part(split_part(COALESCE(${purl}, ''), '#', 1), '?', 2), '&'), '')`;

/** Condition that a waiver's package is that of the finding `f`: as in verdicts, and for answers about a waiver. */
export const inPackage = (key: string, version: string, purl: string) => `
  (${key} IS NULL OR ${key} = f.purl_key) AND ${qualifiersOf(purl)} <@ ${qualifiersOf('f.purl')}
  AND (${version} IS NULL OR ${version} IN (f.purl_version, f.package_version))`;

/** Ids of databases of vulnerabilities, and of advisories of vendors. */
const ID_OF_VULNERABILITY =
  '^(CVE|GHSA|GO|PYSEC|RUSTSEC|MAL|OSV|GSD|HSEC|JLSEC|RSEC|BIT|SNYK|NPM|TEMP|USN|DSA|DLA|DTSA|RH[SBE]A|ELSA|ELBA|ALAS[A-Z0-9]*|ALSA|RLSA|ASA|AVG|XSA|PHSA|CGA|AZL|(OPEN)?SUSE-[SRF]U)-';

/**
 * Condition that a waiver is about the id of the finding `f`. A rule that is the id of a vulnerability covers only
 * vulnerabilities: rules of other tools can have such a name. Other ids join only as `joinedIds` says.
 */
export const aboutId = (release: string, rule: string) => `
  ((${rule} = f.rule AND (f.type = 'vulnerability' OR ${rule} !~* '${ID_OF_VULNERABILITY}'))
   OR (f.type = 'vulnerability' AND ${joinedIds(release, 'f.rule', rule)}))`;

/**
 * Findings in current evidence that a waiver matches, those of the latest evidence first. `$1`: project, `$2`: release
 * or null, `$3`: rule, `$4` to `$6`: key, version and text of the package URL, or null.
 */
export const MATCHES = {
  name: 'waiver-matches',
  text: `
    WITH ids AS (
      SELECT $3::text AS id
       UNION SELECT va.canonical FROM vulnerability_aliases va WHERE va.alias = $3 AND va.project_id = $1
       UNION SELECT va.alias FROM vulnerability_aliases va WHERE va.canonical = $3 AND va.project_id = $1)
    SELECT jsonb_build_object('id', r.id, 'version', r.version) AS release,
           jsonb_build_object('evidenceId', f.evidence_id, 'fingerprint', encode(f.fingerprint, 'hex'), 'rule', f.rule,
             'severity', f.severity, 'purl', f.purl, 'packageName', f.package_name,
             'packageVersion', f.package_version) AS finding
      FROM ids JOIN findings f ON f.rule = ids.id AND f.project_id = $1
      JOIN evidence e ON e.id = f.evidence_id JOIN releases r ON r.id = f.release_id
     WHERE ($2::uuid IS NULL OR f.release_id = $2) AND ${CURRENT}
       AND ${aboutId('f.release_id', '$3')}
       AND ${inPackage('$4::text', '$5::text', '$6::text')}
     ORDER BY f.evidence_id DESC, f.ordinal LIMIT ${MAX_MATCHES}`,
};
