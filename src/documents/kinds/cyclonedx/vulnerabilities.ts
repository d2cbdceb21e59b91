import { idsInDocument, type VulnerabilityIds } from '../../../vocabulary/vulnerability-ids.js';
import { DocumentFault, refuseTooMany } from '../../fault.js';
import type { Claim, Finding } from '../../kind.js';
import { instantOf } from '../common/coverage.js';
import { vulnerabilityFingerprint } from '../common/fingerprint.js';
import { webLink } from '../common/links.js';
import type { Notes } from '../common/notes.js';
import { isObject, objectsOf, textOf } from '../common/texts.js';
import { type Affected, affectedBy, NO_PART } from './affected.js';
import type { Inventory, Part } from './components.js';
import { fixesOf } from './fixes.js';
import { assessmentOf } from './ratings.js';
import type { BomDocument, BomSubject, BomVulnerability } from './schema.js';
import { targetsOf } from './subject.js';

/** Values of `analysis.state` by which a finding does not count. `exploitable` and `in_triage` are not among them. */
const ABSOLVING: ReadonlySet<string> = new Set([
  'resolved',
  'resolved_with_pedigree',
  'false_positive',
  'not_affected',
]);

/** The vulnerability's own id, then its ids in other databases. */
function idsOf(vulnerability: BomVulnerability, index: number): string[] {
  const { id, references, 'bom-ref': ref } = vulnerability;
  const ids = [textOf(id), ...objectsOf(references).map((reference) => textOf(reference.id))];
  const known = ids.flatMap((text) => (text?.trim() ? text : []));
  if (known.length > 0) return known;
  const own = textOf(ref);
  if (own) return [own];
  const fault = 'is required, because the vulnerability has no other id';
  throw new DocumentFault(fault, `/vulnerabilities/${index}/id`);
}

function messageOf({ description, detail, recommendation }: BomVulnerability): string | undefined {
  const advice = textOf(recommendation);
  const parts = [textOf(description) ?? textOf(detail), advice && `Recommendation: ${advice}`];
  return parts.filter(Boolean).join('\n\n') || undefined;
}

/** The fields that all findings of one vulnerability share. */
function commonOf(vulnerability: BomVulnerability, { id, aliases }: VulnerabilityIds) {
  const { source, advisories } = vulnerability;
  const links = objectsOf(advisories).slice(0, 10);
  return {
    type: 'vulnerability',
    rule: id,
    aliases,
    ...assessmentOf(vulnerability),
    message: messageOf(vulnerability),
    url: webLink(
      isObject(source) ? textOf(source.url) : undefined,
      ...links.map(({ url }) => textOf(url)),
    ),
  } as const;
}

type Statement = Omit<Claim, 'fingerprint' | 'vulnerability' | 'purl' | 'products'>;

/** What the document says of a vulnerability in one component. Its analysis is about each of them. */
function statementOf(
  { analysis }: BomVulnerability,
  { isUnaffected }: Affected,
  issued: string | undefined,
): Statement | undefined {
  const state = textOf(analysis?.state);
  if (state === undefined && !isUnaffected) return undefined;
  if (state === undefined) {
    const detail = 'The document lists the version of the component as unaffected';
    return { status: 'not_affected', absolves: true, detail, statedAt: issued };
  }
  return {
    status: state,
    absolves: ABSOLVING.has(state),
    justification: textOf(analysis?.justification),
    detail: textOf(analysis?.detail),
    statedAt: instantOf(analysis?.lastUpdated) ?? instantOf(analysis?.firstIssued) ?? issued,
  };
}

/** The claims about one component. Without a component, or for the subject, they are about the product. */
function claimsOn(ids: VulnerabilityIds, finding: Finding, part: Part, said: Statement): Claim[] {
  const isWhole = part.isSubject || part === NO_PART;
  if (!isWhole && part.purl === undefined) return [{ fingerprint: finding.fingerprint, ...said }];
  const purl = isWhole ? undefined : part.purl;
  return [ids.id, ...ids.aliases].map((id) => ({ vulnerability: id, purl, ...said }));
}

/** The digests of the subject, if it has some: claims about another build do not cover the release. */
function productsOf(subject: BomSubject | null | undefined): Pick<Claim, 'products'> {
  const products = targetsOf(subject).flatMap(({ digests = [], otherDigests = [] }) =>
    digests.length === 0 ? [] : [...digests, ...otherDigests],
  );
  return products.length === 0 ? {} : { products: products.map((digest) => digest.toLowerCase()) };
}

/** Reads findings and claims from `vulnerabilities` (since CycloneDX 1.4). @throws {DocumentFault} */
export function readVulnerabilities(
  { vulnerabilities, metadata }: BomDocument,
  { partByRef }: Pick<Inventory, 'partByRef'>,
  notes: Notes,
): { findings: Finding[]; claims: Claim[] } {
  const list = vulnerabilities ?? [];
  const idsOfEach = list.map(idsOf);
  const canonical = idsInDocument(idsOfEach);
  const issued = instantOf(metadata?.timestamp);
  const products = productsOf(metadata?.component);
  const findings: Finding[] = [];
  const claims: Claim[] = [];
  for (const [index, vulnerability] of list.entries()) {
    const ids = canonical(idsOfEach[index]?.[0] ?? '');
    const common = commonOf(vulnerability, ids);
    const affected = affectedBy(vulnerability, partByRef);
    const fix = fixesOf(
      vulnerability,
      affected.map(({ part }) => part),
    );
    for (const one of affected) {
      const { part, entry, isLost } = one;
      if (isLost && partByRef.size > 0) {
        notes.add(
          'names a component that the document does not have',
          `/vulnerabilities/${index}/affects`,
        );
      }
      const finding: Finding = {
        ...common,
        ...fix(part, entry),
        purl: part.purl,
        packageName: part.name || undefined,
        packageVersion: part.version,
        fingerprint: vulnerabilityFingerprint(ids.id, part.purl, part.name),
      };
      findings.push(finding);
      const said = statementOf(vulnerability, one, issued);
      const added = said ? claimsOn(ids, finding, part, said) : [];
      refuseTooMany(findings.length, 'findings', '/vulnerabilities');
      refuseTooMany(claims.length + added.length, 'claims', '/vulnerabilities');
      for (const claim of added) claims.push({ ...claim, ...products });
    }
  }
  return { findings, claims };
}
