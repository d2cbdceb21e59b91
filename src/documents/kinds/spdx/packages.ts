import { readPurl } from '../../../vocabulary/purl.js';
import type { Component } from '../../kind.js';
import type { SpdxDocument, SpdxPackage } from './schema.js';

/** Values of `primaryPackagePurpose` (clause 7.24), in the spelling of CycloneDX. */
const TYPES: ReadonlySet<string> = new Set([
  'application',
  'framework',
  'library',
  'container',
  'operating-system',
  'device',
  'firmware',
  'file',
  'source',
  'archive',
  'install',
  'other',
]);

function typeOf(purpose: string | null | undefined): string {
  const type = purpose?.toLowerCase().replaceAll('_', '-') ?? '';
  return TYPES.has(type) ? type : 'library';
}

/** The text, or undefined for an empty text, NOASSERTION and NONE. */
function asserted(text: string | null | undefined): string | undefined {
  return text && text !== 'NOASSERTION' && text !== 'NONE' ? text : undefined;
}

/** The first valid purl. The reference category is ignored, because tools often write a wrong one. */
function purlOf({ externalRefs }: SpdxPackage) {
  for (const { referenceType, referenceLocator } of externalRefs ?? []) {
    const purl = referenceType === 'purl' ? readPurl(referenceLocator?.trim()) : undefined;
    if (purl) return purl;
  }
  return undefined;
}

function read(pack: SpdxPackage): Component {
  const purl = purlOf(pack);
  const licence = asserted(pack.licenseConcluded) ?? asserted(pack.licenseDeclared);
  return {
    type: typeOf(pack.primaryPackagePurpose),
    name: pack.name,
    version: asserted(pack.versionInfo) ?? purl?.version,
    purl: purl?.purl,
    licences: licence === undefined ? [] : [licence],
  };
}

/** Ids of the packages that the document describes, from its list and its relationships (clause 11). */
function subjectsOf(document: SpdxDocument): Set<string> {
  const subjects = new Set(document.documentDescribes);
  for (const relationship of document.relationships ?? []) {
    const { spdxElementId: from, relatedSpdxElement: to, relationshipType: type } = relationship;
    if (type === 'DESCRIBES' && from === document.SPDXID && to) subjects.add(to);
    if (type === 'DESCRIBED_BY' && to === document.SPDXID && from) subjects.add(from);
  }
  return subjects;
}

/**
 * Reads packages as components, in the document's order. As in CycloneDX, the described package is not a component of
 * itself. If the document describes all of its packages, all of them are components.
 */
export function readPackages(document: SpdxDocument): Component[] {
  const subjects = subjectsOf(document);
  const packages = document.packages ?? [];
  const parts = packages.filter(({ SPDXID }) => !subjects.has(SPDXID));
  return (parts.length > 0 ? parts : packages).map(read);
}
