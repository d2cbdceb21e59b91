import { readPurl } from '../../../vocabulary/purl.js';
import { normalizeId, type VulnerabilityIds } from '../../../vocabulary/vulnerability-ids.js';
import type { Finding } from '../../kind.js';
import { vulnerabilityFingerprint } from '../common/fingerprint.js';
import { webLink } from '../common/links.js';
import { objectsOf, textOf } from '../common/texts.js';
import { ratingOfMatch } from './ratings.js';
import type { Match } from './schema.js';

/** Databases with one vulnerability per entry. An advisory of a distribution (ELSA, ALAS, RHSA) covers several. */
const ONE_EACH = /^(?:CVE|GHSA|GO|PYSEC|RUSTSEC|BIT)-/;

const isCve = (id: string) => id.startsWith('CVE-');

/** Ids of the same vulnerability. Two CVEs are two vulnerabilities: then only the match's own id counts. */
export function sameIds({ vulnerability, relatedVulnerabilities }: Match): string[] {
  const own = normalizeId(vulnerability.id);
  if (!ONE_EACH.test(own)) return [own];
  const related = (relatedVulnerabilities ?? []).map(({ id }) => normalizeId(id));
  const ids = new Set([own, ...related.filter((id) => ONE_EACH.test(id))]);
  return [...ids].filter(isCve).length > 1 ? [own] : [...ids];
}

/** Grype's states of a vulnerability without a fix. `unknown` leaves it open. */
const UNFIXABLE = new Set(['not-fixed', 'wont-fix']);

/** Grype may report the state `fixed` without a version. The finding is fixable nevertheless. */
function fixOf({ vulnerability: { fix, fixedInVersion }, matchDetails }: Match) {
  const given = (fix?.versions ?? []).filter(Boolean).join(', ') || fixedInVersion;
  // Where a report contradicts itself, the fix that it names counts.
  const named = [
    ...objectsOf(fix?.available).map(({ version }) => textOf(version)),
    ...objectsOf(matchDetails).map((detail) => textOf(Object(detail.fix).suggestedVersion)),
  ];
  const versions = given || named.find((version) => version !== undefined);
  const fixedVersion = versions ?? (fix?.state === 'fixed' ? 'a later version' : undefined);
  return { fixedVersion, unfixable: !fixedVersion && UNFIXABLE.has(fix?.state ?? '') };
}

function placeOf({ artifact }: Match): string | undefined {
  const places = artifact.locations ?? [];
  const paths = places.map((place) => (typeof place === 'string' ? place : place.path));
  return paths.find(Boolean) ?? undefined;
}

export function findingOf(match: Match, idsOf: (id: string) => VulnerabilityIds): Finding {
  const { vulnerability, artifact } = match;
  const related = match.relatedVulnerabilities ?? [];
  const links = (vulnerability.urls ?? vulnerability.links ?? []).slice(0, 10);
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
    ...fixOf(match),
    location: placeOf(match),
    url: webLink(vulnerability.dataSource, ...links),
    fingerprint: vulnerabilityFingerprint(id, purl, artifact.name),
  };
}
