import { readPurl } from '../../../vocabulary/purl.js';
import type { Component } from '../../kind.js';
import type { SpdxDocument, SpdxPackage } from './schema.js';

/** Values of `primaryPackagePurpose` (clause 7.24), as CycloneDX writes the first six of them. */
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

/** What was said, if anything was: NOASSERTION and NONE say that nothing is. */
function told(text: string | null | undefined): string | undefined {
  return text && text !== 'NOASSERTION' && text !== 'NONE' ? text : undefined;
}

/** The first one that is one; its category is spelt in two ways, and often wrong. */
function purlOf({ externalRefs }: SpdxPackage) {
  for (const { referenceType, referenceLocator } of externalRefs ?? []) {
    const purl = referenceType === 'purl' ? readPurl(referenceLocator?.trim()) : undefined;
    if (purl) return purl;
  }
  return undefined;
}

function read(pack: SpdxPackage): Component {
  const purl = purlOf(pack);
  const licence = told(pack.licenseConcluded) ?? told(pack.licenseDeclared);
  return {
    type: typeOf(pack.primaryPackagePurpose),
    name: pack.name,
    version: told(pack.versionInfo) ?? purl?.version,
    purl: purl?.purl,
    licences: licence === undefined ? [] : [licence],
  };
}

/** Ids of what the document is about, by its own list and by its relationships (clause 11). */
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
 * Packages as components, in the document's order. What the document describes is not one of its parts, as in CycloneDX,
 * unless it describes all of its packages: then these are all that it tells of.
 */
export function readPackages(document: SpdxDocument): Component[] {
  const subjects = subjectsOf(document);
  const packages = document.packages ?? [];
  const parts = packages.filter(({ SPDXID }) => !subjects.has(SPDXID));
  return (parts.length > 0 ? parts : packages).map(read);
}
