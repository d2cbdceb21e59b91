import { readPurl } from '../../../vocabulary/purl.js';
import { canonicalIds, type VulnerabilityIds } from '../../../vocabulary/vulnerability-ids.js';
import { DocumentFault } from '../../fault.js';
import { type Claim, type Finding, MAX_ROWS } from '../../kind.js';
import { vulnerabilityFingerprint } from '../common/fingerprint.js';
import { webLink } from '../common/links.js';
import type { Part } from './components.js';
import { assessmentOf } from './ratings.js';
import type { BomAffected, BomDocument, BomVulnerability } from './schema.js';

/** Values of `analysis.state` by which a finding does not count. `exploitable` and `in_triage` are not among them. */
const ABSOLVING: ReadonlySet<string> = new Set([
  'resolved',
  'resolved_with_pedigree',
  'false_positive',
  'not_affected',
]);

/** A vulnerability that names no component. */
const NO_PART: Part = { name: '' };

/** The vulnerability's own id, then its ids in other databases. */
function idsOf(vulnerability: BomVulnerability, index: number): string[] {
  const { id, references = [], 'bom-ref': ref } = vulnerability;
  const ids = [id, ...references.map((reference) => reference.id)];
  const known = ids.flatMap((text) => (text?.trim() ? text : []));
  if (known.length > 0) return known;
  if (ref) return [ref];
  const fault = 'is required, because the vulnerability has no other id';
  throw new DocumentFault(fault, `/vulnerabilities/${index}/id`);
}

/** The part of a BOM-Link (`urn:cdx:serial/version#bom-ref`) that names a component. */
function localRef(ref: string): string {
  if (!ref.startsWith('urn:cdx:')) return ref;
  const fragment = ref.slice(ref.indexOf('#') + 1);
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}

/** Finds the component of a reference. If it is in another document, the reference itself is the purl or the name. */
function resolve(ref: string, parts: ReadonlyMap<string, Part>): Part {
  const local = localRef(ref);
  const part = parts.get(ref) ?? parts.get(local);
  if (part) return part;
  const purl = readPurl(local);
  return purl ? { name: purl.name, version: purl.version, purl: purl.purl } : { name: local };
}

/** Whether the document says that this version is unaffected, or lists only unaffected versions. */
function isUnaffected({ versions = [] }: BomAffected, { version }: Part): boolean {
  const own = versions.filter((entry) => entry.version !== undefined && entry.version === version);
  const relevant = own.length > 0 ? own : versions;
  return relevant.length > 0 && relevant.every(({ status }) => status === 'unaffected');
}

/** The affected components, each once. */
function affectedParts(
  { affects = [] }: BomVulnerability,
  parts: ReadonlyMap<string, Part>,
): Part[] {
  if (affects.length === 0) return [NO_PART];
  const affected = new Set<Part>();
  for (const entry of affects) {
    const part = resolve(entry.ref, parts);
    if (!isUnaffected(entry, part)) affected.add(part);
  }
  return [...affected];
}

/** ISO 8601 in UTC, or undefined for instants that `Date` cannot hold, such as a leap second. */
function instantOf(text: string | undefined): string | undefined {
  const date = new Date(text ?? '');
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

function messageOf({ description, detail, recommendation }: BomVulnerability): string | undefined {
  const parts = [description || detail, recommendation && `Recommendation: ${recommendation}`];
  return parts.filter(Boolean).join('\n\n') || undefined;
}

/** The fields that all findings of one vulnerability share. */
function commonOf(vulnerability: BomVulnerability, { id, aliases }: VulnerabilityIds) {
  const { source, advisories } = vulnerability;
  return {
    type: 'vulnerability',
    rule: id,
    aliases,
    ...assessmentOf(vulnerability),
    message: messageOf(vulnerability),
    url: webLink(source?.url, ...(advisories ?? []).slice(0, 10).map(({ url }) => url)),
  } as const;
}

/** The claims of the analysis about one component. Without a component, or for the subject, about the product. */
function claimsOn(
  vulnerability: BomVulnerability,
  ids: VulnerabilityIds,
  finding: Finding,
  part: Part,
  issued: string | undefined,
): Claim[] {
  const { analysis } = vulnerability;
  if (!analysis?.state) return [];
  const statement = {
    status: analysis.state,
    absolves: ABSOLVING.has(analysis.state),
    justification: analysis.justification,
    detail: analysis.detail,
    statedAt: instantOf(analysis.lastUpdated ?? analysis.firstIssued ?? issued),
  };
  const isWhole = part.isSubject || part === NO_PART;
  if (!isWhole && part.purl === undefined)
    return [{ fingerprint: finding.fingerprint, ...statement }];
  const purl = isWhole ? undefined : part.purl;
  return [ids.id, ...ids.aliases].map((id) => ({ vulnerability: id, purl, ...statement }));
}

function tooMany(what: string): DocumentFault {
  return new DocumentFault(`has more than 200,000 ${what}`, '/vulnerabilities', undefined, 'limit');
}

/** Reads findings and claims from `vulnerabilities` (since CycloneDX 1.4). @throws {DocumentFault} */
export function readVulnerabilities(
  { vulnerabilities = [], metadata }: BomDocument,
  parts: ReadonlyMap<string, Part>,
): { findings: Finding[]; claims: Claim[] } {
  const idsOfEach = vulnerabilities.map(idsOf);
  const canonical = canonicalIds(idsOfEach);
  const findings: Finding[] = [];
  const claims: Claim[] = [];
  for (const [index, vulnerability] of vulnerabilities.entries()) {
    const ids = canonical(idsOfEach[index]?.[0] ?? '');
    const common = commonOf(vulnerability, ids);
    for (const part of affectedParts(vulnerability, parts)) {
      const finding: Finding = {
        ...common,
        purl: part.purl,
        packageName: part.name || undefined,
        packageVersion: part.version,
        fingerprint: vulnerabilityFingerprint(ids.id, part.purl, part.name),
      };
      findings.push(finding);
      const added = claimsOn(vulnerability, ids, finding, part, metadata?.timestamp);
      if (findings.length > MAX_ROWS) throw tooMany('findings');
      if (claims.length + added.length > MAX_ROWS) throw tooMany('claims');
      for (const claim of added) claims.push(claim);
    }
  }
  return { findings, claims };
}
