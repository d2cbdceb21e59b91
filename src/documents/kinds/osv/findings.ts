import { ratingOf } from '../../../vocabulary/severity.js';
import type { VulnerabilityIds } from '../../../vocabulary/vulnerability-ids.js';
import type { Finding } from '../../kind.js';
import { licenceFingerprint, vulnerabilityFingerprint } from '../common/fingerprint.js';
import { webLink } from '../common/links.js';
import { objectsOf, textOf, textsOf } from '../common/texts.js';
import { affectedOf, fixedIn } from './affected.js';
import { identityOf } from './ecosystems.js';
import { analysisOf, groupsById, ownId, unlistedGroups } from './groups.js';
import { maxSeverityOf, ratingOfRecord } from './ratings.js';
import type { Found, Group, Vulnerability } from './schema.js';

/** Records may have hundreds of references. */
const MAX_REFERENCES = 50;

function linkOf({ references }: Vulnerability): string | undefined {
  const all = objectsOf(references).slice(0, MAX_REFERENCES);
  const advisories = all.filter(({ type }) => type === 'ADVISORY');
  return webLink(...[...advisories, ...all].map(({ url }) => textOf(url)));
}

function vulnerabilityOf(
  { entry, path }: Found,
  vulnerability: Vulnerability,
  group: Group | undefined,
  idsOf: (id: string) => VulnerabilityIds,
): Finding {
  const { id, aliases } = idsOf(ownId(vulnerability.id));
  const identity = identityOf(entry);
  const affected = affectedOf(vulnerability, entry);
  const { severity, rating } = ratingOfRecord(vulnerability, affected, group);
  const parts = [analysisOf(group, vulnerability.id), vulnerability.details];
  return {
    type: 'vulnerability',
    severity,
    rule: id,
    aliases,
    title: vulnerability.summary || undefined,
    message: parts.filter(Boolean).join('. ') || undefined,
    score: rating?.score,
    vector: rating?.vector,
    ...identity,
    fixedVersion: fixedIn(affected, entry),
    location: path,
    url: linkOf(vulnerability),
    fingerprint: vulnerabilityFingerprint(id, identity.purl, identity.packageName ?? path),
  };
}

/** Vulnerabilities that are only named. They count, because the tool found them. */
const unlistedOf = (found: Found, idsOf: (id: string) => VulnerabilityIds): Finding[] =>
  unlistedGroups(found).map(({ group, id: own }) => {
    const { id, aliases } = idsOf(ownId(own));
    const { purl, packageName, packageVersion } = identityOf(found.entry);
    const score = maxSeverityOf(group);
    return {
      type: 'vulnerability',
      severity: score === undefined ? 'unknown' : ratingOf(score),
      rule: id,
      aliases,
      score,
      purl,
      packageName,
      packageVersion,
      location: found.path,
      fingerprint: vulnerabilityFingerprint(id, purl, packageName ?? found.path),
    };
  });

/** Words of deps.dev, from which the licences are, for a licence that it does not know. */
const NOT_KNOWN = /^(?:unknown|non-?standard)$/i;

/**
 * The licences of a package. Those in the list of the user are harmless for the tool, and may not be for a policy:
 * rules about licences judge them as they judge those that an SBOM states.
 */
function licencesOf({ entry, path }: Found): Finding[] {
  const violations = new Set(textsOf(entry.license_violations));
  const others = textsOf(entry.licenses).filter(
    (licence) => !violations.has(licence) && !NOT_KNOWN.test(licence.trim()),
  );
  const identity = identityOf(entry);
  const finding = (licence: string, isViolation: boolean): Finding => ({
    type: 'licence',
    severity: isViolation ? 'unknown' : 'none',
    rule: licence,
    title: isViolation
      ? 'Licence that is not in the list of allowed licences'
      : 'Licence of a package',
    ...identity,
    location: path,
    fingerprint: licenceFingerprint(licence, identity.purl, identity.packageName ?? path),
  });
  return [
    ...[...violations].map((licence) => finding(licence, true)),
    ...[...new Set(others)].map((licence) => finding(licence, false)),
  ];
}

/** One finding for each vulnerability, and for each licence, of a package. */
export function findingsOf(found: Found, idsOf: (id: string) => VulnerabilityIds): Finding[] {
  const groups = groupsById(found);
  const listed = (found.entry.vulnerabilities ?? []).map((one) =>
    vulnerabilityOf(found, one, groups.get(one.id), idsOf),
  );
  return [...listed, ...unlistedOf(found, idsOf), ...licencesOf(found)];
}
