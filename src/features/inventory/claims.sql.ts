import { type AsOf, CURRENT, currentOf, NOW } from '../evidence/index.js';
import { evidenceOf } from './conditions.js';

/**
 * Condition that evidence that counts, of a caller with `vex:write`, names the two ids as one vulnerability. Otherwise
 * a pipeline could name an id as an alias, and a claim or a waiver about that id would cover its finding.
 */
export const joinedIds = (release: string, one: string, other: string, { counts } = NOW) => `
  EXISTS (SELECT 1 FROM vulnerability_aliases va JOIN evidence te ON te.id = va.evidence_id
           WHERE va.release_id = ${release} AND te.release_id = va.release_id AND te.may_absolve AND ${counts('te')}
             AND ((va.canonical = ${one} AND va.alias = ${other})
                  OR (va.canonical = ${other} AND va.alias = ${one})))`;

/**
 * The ids of the finding `f`: its fingerprint, and for a vulnerability its own id and its aliases, which are its own
 * only if its uploader had `vex:write`. The rule of a secret or of code can look like the id of a vulnerability, and
 * what is said about the vulnerability must not cover it.
 */
const TARGETS = `
  (SELECT own.target, true AS own, own.is_fingerprint
     FROM (VALUES (f.rule, false), (encode(f.fingerprint, 'hex'), true)) AS own (target, is_fingerprint)
    WHERE own.is_fingerprint OR f.type = 'vulnerability'
   UNION ALL
   SELECT alias, e.may_absolve, false FROM unnest(f.aliases) AS alias WHERE f.type = 'vulnerability') targets`;

/**
 * A suppression is about what its report found, where it found it. The fingerprint of a vulnerability has no path, and
 * that of code has a path in a folder which another report may have looked at. So it applies to the findings of its own
 * report, of another upload of the same document, and of an older report of its label about the same targets, at the
 * same place. CycloneDX states what is known about a component instead.
 */
const IS_OWN = `(NOT targets.is_fingerprint OR c.evidence_id = e.id OR ce.kind LIKE 'cyclonedx%'
        OR ce.received_sha256 = e.received_sha256
        OR (ce.label = e.label AND ce.kind = e.kind AND ce.artifact_sha256 IS NOT DISTINCT FROM e.artifact_sha256
            AND ce.summary -> 'targets' = e.summary -> 'targets'
            AND EXISTS (SELECT 1 FROM findings cf
                         WHERE cf.project_id = f.project_id AND cf.fingerprint = f.fingerprint
                           AND cf.evidence_id = ce.id AND cf.location IS NOT DISTINCT FROM f.location)))`;

/** The names of an artifact in products of claims. A tag of its purl is a version. Null is no name. */
const namesOf = (a: string) => `${a}.digests || ARRAY[
      'sha256:' || ${a}.sha256, ${a}.purl_key, ${a}.purl_key || substring(${a}.purl FROM '@[^?#]*'),
      ${a}.purl_key || '?tag=' || substring(${a}.purl FROM '[?&]tag=([^&#]*)'),
      ${a}.purl_key || substring(${a}.purl FROM '@[^?#]*') || '?tag=' || substring(${a}.purl FROM '[?&]tag=([^&#]*)')]`;

/** All names of the artifacts of a release. */
const NAMES = `
  SELECT array_agg(names.name) FROM artifacts o CROSS JOIN LATERAL unnest(${namesOf('o')}) AS names (name)
   WHERE o.release_id = f.release_id`;

/**
 * Condition that the evidence of a claim is kept beside newer evidence of its kind and label, of which the finding is.
 * The newer report is the last word about its own findings: its author no longer makes the claim.
 */
const IS_OUTDATED = `(ce.label = e.label AND ce.kind = e.kind
        AND ce.artifact_sha256 IS NOT DISTINCT FROM e.artifact_sha256
        AND (ce.last_received_at, ce.id) < (e.last_received_at, e.id)) IS TRUE`;

/** Claims that apply to the finding `f` of the evidence `e` by one of its ids, for a given package or for all. */
const applying = (package_: string, more: string, when: AsOf) => `
  FROM claims c ${evidenceOf('c', 'ce')}
 WHERE c.release_id = f.release_id AND c.target = targets.target AND c.purl_key ${package_} ${more}
   -- Read once for a finding, and before the evidence of each claim: there may be many claims about other products.
   AND (c.products = '{}' OR c.products && (${NAMES}))
   AND ${when.counts('ce')}
   AND (ce.artifact_sha256 IS NULL OR e.artifact_sha256 IS NULL OR ce.artifact_sha256 = e.artifact_sha256)
   AND NOT ${IS_OUTDATED}
   AND ${IS_OWN}
   AND (c.purl_version IS NULL OR c.purl_version IN (f.purl_version, f.package_version))
   AND (NOT c.purl_exact OR c.purl = f.purl)
   AND (c.purl IS NULL OR split_part(c.purl, '#', 2) IN ('', split_part(f.purl, '#', 2)))
   AND (c.products = '{}'
        OR EXISTS (SELECT 1 FROM artifacts a
                    WHERE a.release_id = c.release_id AND a.created_at <= ce.last_received_at AND ${when.exists('a')}
                      AND (e.artifact_sha256 IS NULL OR a.sha256 = e.artifact_sha256)
                      AND c.products && (${namesOf('a')})))
   AND (targets.own OR ${joinedIds('c.release_id', 'f.rule', 'c.target', when)})`;

/**
 * The decisive claim about one target. The index has claims that take effect first, then the latest first; the scan
 * stops at the first claim that applies to the finding.
 */
const claimsOn = (package_: string, more: string, when: AsOf) => `
  (SELECT c.status, c.justification, c.detail, c.absolves, c.applied, c.evidence_id, c.stated_at, c.ordinal
   ${applying(package_, more, when)}
    ORDER BY c.release_id DESC, c.target DESC, c.purl_key DESC, c.applied DESC, c.stated_at DESC,
             c.evidence_id DESC, c.ordinal DESC
    LIMIT 1)`;

/**
 * The decisive claim about the finding `f` of the evidence `e`, from evidence that counts, for `LEFT JOIN LATERAL …
 * claim ON true`. Claims that take effect come first. Among several, the one stated last decides.
 *
 * A claim applies to the finding if all of these hold:
 * - Its target is the fingerprint, the own id of a vulnerability, or an alias that evidence of a caller with
 * `vex:write`
 *   names.
 * - If it names a package, the finding is in that package. If it names a version, the versions are equal. If its purl
 *   has qualifiers, the purls are equal. If it has a subpath, such as that of a module of Go, the finding has it too.
 * - If it suppresses a finding by its fingerprint, both are of one document, or of one scan at one place (`IS_OWN`).
 * - If both are about an artifact, it is the same one.
 * - Its evidence is not older than that of the finding, if both have one kind and one label.
 * - If it names products, one of them is an artifact of the release (the finding's, if it has one), by digest or purl.
 *   The artifact was registered before the claim was received, so that its author could know it.
 */
const claimOf = (more: string, when: AsOf, only = 'true') => `
  SELECT claimed.status, claimed.justification, claimed.detail, claimed.absolves, claimed.applied,
         claimed.evidence_id AS "evidenceId", claimed.absolves AND claimed.applied AS suppresses
    FROM ${TARGETS}
    CROSS JOIN LATERAL (
      ${claimsOn('IS NULL', more, when)} UNION ALL ${claimsOn('= f.purl_key', more, when)}) claimed
   WHERE ${only}
   ORDER BY claimed.applied DESC, claimed.stated_at DESC, claimed.evidence_id DESC, claimed.ordinal DESC
   LIMIT 1`;

/** The decisive claim for display, including claims without effect. */
export const CLAIM = claimOf('', NOW);

/**
 * The decisive claim for counting, for findings of one release. Claims without effect, of which there may be many, are
 * not read. Ids without any claim are skipped by a hash of the release's targets: a finding can have many aliases.
 * `IS TRUE` keeps PostgreSQL from joining instead, which would read all targets for each finding.
 * @param release a parameter of the statement, such as `$1`
 */
export const appliedClaim = (release: string, when = NOW) =>
  claimOf(
    'AND c.applied',
    when,
    `(targets.target IN (SELECT known.target FROM claims known WHERE known.release_id = ${release})) IS TRUE`,
  );

const MATCHED = ['IS NULL', '= f.purl_key'].map(
  (package_) =>
    `SELECT c.evidence_id, c.ordinal ${applying(package_, 'AND c.applied AND c.absolves', NOW)}`,
);

/**
 * Claims of current evidence, those that absolve with effect, and of these the ones that apply to a finding now. A
 * claim about another product, or about an id that no finding has, applies to none. `$1`: the release.
 */
export const COUNT_CLAIMS = {
  name: 'release-claims',
  text: `SELECT count(*)::int AS total, count(*) FILTER (WHERE c.applied AND c.absolves)::int AS absolving,
                (SELECT count(*)::int FROM (
                   SELECT DISTINCT matched.evidence_id, matched.ordinal
                     FROM evidence e JOIN findings f ON f.evidence_id = e.id
                     CROSS JOIN LATERAL ${TARGETS}
                     CROSS JOIN LATERAL (${MATCHED.join(' UNION ALL ')}) matched
                    WHERE e.release_id = $1 AND ${CURRENT}) each) AS matched
           FROM claims c ${evidenceOf('c', 'ce')}
          WHERE c.release_id = $1 AND ${currentOf('ce')}`,
};
