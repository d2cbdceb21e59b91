import { escapePointer } from '../../../shared/text.js';
import { makePurl, readPurl } from '../../../vocabulary/purl.js';
import {
  idsInDocument,
  normalizeId,
  type VulnerabilityIds,
} from '../../../vocabulary/vulnerability-ids.js';
import { refuseTooMany } from '../../fault.js';
import type { Finding } from '../../kind.js';
import { vulnerabilityFingerprint } from '../common/fingerprint.js';
import { webLink } from '../common/links.js';
import { idOf, ratingOfAdvisory } from './advisories.js';
import type { OldAdvisory, OldReport } from './schema.js';

interface Known {
  readonly id: string;
  readonly advisory: OldAdvisory;
}

function ownId({ github_advisory_id, url, id }: OldAdvisory, pointer: string): string {
  return github_advisory_id ? normalizeId(github_advisory_id) : idOf(url, id, pointer);
}

/** Ids of the same vulnerability. An advisory about two CVEs keeps its own id. */
function sameIds({ id, advisory }: Known): string[] {
  const cves = new Set((advisory.cves ?? []).map(normalizeId).filter((cve) => /^CVE-\d/.test(cve)));
  return cves.size === 1 ? [id, ...cves] : [id];
}

/** The range of a fix. `<0.0.0`: there is none. pnpm writes null if no published version is in the range. */
function fixOf({ patched_versions: range }: OldAdvisory) {
  const unfixable = range === null || range === '<0.0.0';
  return { fixedVersion: unfixable ? undefined : range || undefined, unfixable };
}

function findingOf(
  { id: own, advisory }: Known,
  idsOf: (id: string) => VulnerabilityIds,
  version: string | null | undefined,
  paths: readonly string[],
): Finding {
  const { module_name: name, vulnerable_versions: range } = advisory;
  const { id, aliases } = idsOf(own);
  const { severity, rating } = ratingOfAdvisory(advisory);
  const made = makePurl('npm', name, version ?? '') ?? makePurl('npm', name);
  const purl = readPurl(made)?.purl;
  return {
    type: 'vulnerability',
    severity,
    rule: id,
    aliases,
    title: advisory.title || undefined,
    message: range ? `Affected versions: ${range}` : undefined,
    score: rating?.score,
    vector: rating?.vector,
    purl,
    packageName: name,
    packageVersion: version || undefined,
    ...fixOf(advisory),
    location: paths[0],
    url: webLink(advisory.url),
    fingerprint: vulnerabilityFingerprint(id, purl, name),
  };
}

/** One finding for each version of a package that an advisory affects. */
export function oldFindingsOf({ advisories }: OldReport): Finding[] {
  const known = Object.entries(advisories).map(([key, advisory]) => ({
    id: ownId(advisory, `/advisories/${escapePointer(key)}`),
    advisory,
  }));
  const idsOf = idsInDocument(known.map(sameIds));
  const findings: Finding[] = [];
  for (const one of known) {
    const places = one.advisory.findings?.length ? one.advisory.findings : [{}];
    for (const { version, paths } of places) {
      findings.push(findingOf(one, idsOf, version, paths ?? []));
      refuseTooMany(findings.length, 'findings', '/advisories');
    }
  }
  return findings;
}
