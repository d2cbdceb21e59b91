import { readPurl } from '../../../vocabulary/purl.js';
import {
  canonicalIds,
  normalizeId,
  type VulnerabilityIds,
} from '../../../vocabulary/vulnerability-ids.js';
import { DocumentFault } from '../../fault.js';
import { type Claim, type DocumentParser, type Finding, MAX_ROWS } from '../../kind.js';
import { covered } from '../common/coverage.js';
import { vulnerabilityFingerprint } from '../common/fingerprint.js';
import { webLink } from '../common/links.js';
import { ratingOfMatch } from './ratings.js';
import { check, type Match, type Report } from './schema.js';

/** Databases with one vulnerability per entry. An advisory of a distribution (ELSA, ALAS, RHSA) covers several. */
const ONE_EACH = /^(?:CVE|GHSA|GO|PYSEC|RUSTSEC|BIT)-/;

const isCve = (id: string) => id.startsWith('CVE-');

/** Ids of the same vulnerability. Two CVEs are two vulnerabilities: then only the match's own id counts. */
function sameIds({ vulnerability, relatedVulnerabilities }: Match): string[] {
  const own = normalizeId(vulnerability.id);
  if (!ONE_EACH.test(own)) return [own];
  const related = (relatedVulnerabilities ?? []).map(({ id }) => normalizeId(id));
  const ids = new Set([own, ...related.filter((id) => ONE_EACH.test(id))]);
  return [...ids].filter(isCve).length > 1 ? [own] : [...ids];
}

/** Grype may report the state `fixed` without a version. The finding is fixable nevertheless. */
function fixedVersion({ vulnerability: { fix } }: Match): string | undefined {
  const versions = (fix?.versions ?? []).filter(Boolean).join(', ');
  return versions || (fix?.state === 'fixed' ? 'a later version' : undefined);
}

function findingOf(match: Match, idsOf: (id: string) => VulnerabilityIds): Finding {
  const { vulnerability, artifact } = match;
  const related = match.relatedVulnerabilities ?? [];
  const { id, aliases } = idsOf(vulnerability.id);
  const { severity, rating } = ratingOfMatch(match);
  const purl = readPurl(artifact.purl)?.purl;
  const description = related.find((other) => other.description)?.description;
  return {
    type: 'vulnerability',
    severity,
    rule: id,
    aliases,
    message: vulnerability.description || description || undefined,
    score: rating?.score,
    vector: rating?.vector,
    purl,
    packageName: artifact.name,
    packageVersion: artifact.version || undefined,
    fixedVersion: fixedVersion(match),
    location: artifact.locations?.find(({ path }) => path)?.path ?? undefined,
    url: webLink(vulnerability.dataSource, ...(vulnerability.urls ?? []).slice(0, 10)),
    fingerprint: vulnerabilityFingerprint(id, purl, artifact.name),
  };
}

/** Why a match is ignored: the rules' reasons, else their conditions. */
function justificationOf({ appliedIgnoreRules }: Match): string | undefined {
  const reasons = (appliedIgnoreRules ?? []).map((rule) => {
    const reason = rule.reason || rule['vex-justification'] || rule['vex-status'];
    if (reason) return reason;
    if (rule['fix-state']) return `fix-state: ${rule['fix-state']}`;
    if (rule['match-type']) return `match-type: ${rule['match-type']}`;
    return rule.vulnerability ? `rule for ${rule.vulnerability}` : 'rule for the package';
  });
  return [...new Set(reasons)].join('; ') || undefined;
}

/**
 * Matches that the user's rules ignore become findings with a claim. A rule may ignore only one location of a package:
 * a defect that also has a match without a rule gets no claim.
 */
function claimsOf(ignored: readonly Match[], findings: readonly Finding[], counted: number) {
  const open = new Set(findings.slice(0, counted).map(({ fingerprint }) => fingerprint));
  const claims = new Map<string, Claim>();
  for (const [i, match] of ignored.entries()) {
    const fingerprint = findings[counted + i]?.fingerprint;
    if (fingerprint === undefined || open.has(fingerprint) || claims.has(fingerprint)) continue;
    const justification = justificationOf(match);
    claims.set(fingerprint, { fingerprint, status: 'ignored', absolves: true, justification });
  }
  return [...claims.values()];
}

function refuseTooMany({ matches, ignoredMatches }: Report): void {
  if (matches.length + (ignoredMatches?.length ?? 0) <= MAX_ROWS) return;
  throw new DocumentFault('has more than 200,000 findings', '/matches', undefined, 'limit');
}

export const parser: DocumentParser = {
  version: 1,

  recognizes(document) {
    const { matches, descriptor }: Record<string, unknown> = Object(document);
    if (!Array.isArray(matches)) return false;
    if (Object(descriptor).name === 'grype') return true;
    const first = Object(matches[0]);
    return typeof first.vulnerability === 'object' && typeof first.artifact === 'object';
  },

  parse(document) {
    const report = check(document);
    refuseTooMany(report);
    const ignored = report.ignoredMatches ?? [];
    const all = [...report.matches, ...ignored];
    const idsOf = canonicalIds(all.map(sameIds));
    const findings = all.map((match) => findingOf(match, idsOf));
    return {
      coverage: [covered('vulnerability')],
      tool: report.descriptor?.name || 'grype',
      toolVersion: report.descriptor?.version || undefined,
      findings,
      claims: claimsOf(ignored, findings, report.matches.length),
    };
  },
};
