import { idsInDocument, type VulnerabilityIds } from '../../../vocabulary/vulnerability-ids.js';
import { DocumentFault, refuseTooMany } from '../../fault.js';
import type { Claim, Finding } from '../../kind.js';
import { instantOf } from '../common/coverage.js';
import { vulnerabilityFingerprint } from '../common/fingerprint.js';
import { webLink } from '../common/links.js';
import type { Notes } from '../common/notes.js';
import { isObject, objectsOf, textOf } from '../common/texts.js';
import { affectedBy } from './affected.js';
import { claimsOn } from './claims.js';
import type { Inventory } from './components.js';
import { fixesOf } from './fixes.js';
import { productOf } from './product.js';
import { assessmentOf } from './ratings.js';
import type { BomDocument, BomVulnerability } from './schema.js';

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

/** Reads findings and claims from `vulnerabilities` (since CycloneDX 1.4). @throws {DocumentFault} */
export function readVulnerabilities(
  bom: BomDocument,
  { partByRef }: Pick<Inventory, 'partByRef'>,
  notes: Notes,
): { findings: Finding[]; claims: Claim[] } {
  const { vulnerabilities, metadata } = bom;
  const list = vulnerabilities ?? [];
  const idsOfEach = list.map(idsOf);
  const canonical = idsInDocument(idsOfEach);
  const issued = instantOf(metadata?.timestamp);
  const product = productOf(metadata?.component);
  let isAbsolving = false;
  const findings: Finding[] = [];
  const claims: Claim[] = [];
  for (const [index, vulnerability] of list.entries()) {
    const ids = canonical(idsOfEach[index]?.[0] ?? '');
    const common = commonOf(vulnerability, ids);
    const affected = affectedBy(vulnerability, partByRef, bom);
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
      const { claims: added, note } = claimsOn(vulnerability, one, {
        ids,
        finding,
        product,
        issued,
      });
      isAbsolving ||= added.some(({ absolves }) => absolves);
      if (note !== undefined) notes.add(note, `/vulnerabilities/${index}/analysis`);
      refuseTooMany(findings.length, 'findings', '/vulnerabilities');
      refuseTooMany(claims.length + added.length, 'claims', '/vulnerabilities');
      for (const claim of added) claims.push(claim);
    }
  }
  if (isAbsolving && product.doubt) notes.add(product.doubt, '/metadata/component');
  return { findings, claims };
}
