import { counted } from '../../../shared/text.js';
import type { Notes } from '../common/notes.js';
import { objectsOf, textOf, textsOf } from '../common/texts.js';
import { asserted } from './package-fields.js';
import type { SpdxDocument, SpdxPackage } from './schema.js';

/** Returns the licences of the files of a package, as the document has them. */
export type LicencesOfFiles = (pack: SpdxPackage) => readonly string[];

/** The licences of each file that has any (clause 8), by its id. */
function licencesById({ files }: SpdxDocument): Map<string, string[]> {
  const byId = new Map<string, string[]>();
  for (const { SPDXID, licenseConcluded, licenseInfoInFiles } of objectsOf(files)) {
    const own = [...textsOf(licenseInfoInFiles), textOf(licenseConcluded)];
    const licences = own.flatMap((text) => asserted(text) ?? []);
    const id = textOf(SPDXID) ?? '';
    if (licences.length > 0) byId.set(id, [...(byId.get(id) ?? []), ...licences]);
  }
  return byId;
}

/** Files by the element that contains them (clause 11). */
function containedFiles({ relationships }: SpdxDocument, isFile: (id: string) => boolean) {
  const contained = new Map<string, Set<string>>();
  const add = (owner: unknown, file: unknown) => {
    if (typeof owner !== 'string' || typeof file !== 'string' || !isFile(file)) return;
    const known = contained.get(owner);
    if (known) known.add(file);
    else contained.set(owner, new Set([file]));
  };
  for (const { spdxElementId, relatedSpdxElement, relationshipType } of objectsOf(relationships)) {
    if (relationshipType === 'CONTAINS') add(spdxElementId, relatedSpdxElement);
    if (relationshipType === 'CONTAINED_BY') add(relatedSpdxElement, spdxElementId);
  }
  return contained;
}

/** Finds the licences of the files of packages. Warns of files that belong to no package: nothing judges them. */
export function licencesOfFiles(document: SpdxDocument, notes: Notes): LicencesOfFiles {
  const licences = licencesById(document);
  if (licences.size === 0) return () => [];
  const contained = containedFiles(document, (id) => licences.has(id));
  const filesOf = ({ SPDXID, hasFiles }: SpdxPackage) => [
    ...(contained.get(textOf(SPDXID) ?? '') ?? []),
    ...textsOf(hasFiles).filter((id) => licences.has(id)),
  ];
  const owned = new Set((document.packages ?? []).flatMap(filesOf));
  const lost = [...licences.keys()].filter((id) => !owned.has(id)).length;
  if (lost > 0) {
    const what = counted(lost, 'file');
    notes.add(`has licences of ${what} without a package, which are not read`, '/files');
  }
  return (pack) => [...new Set(filesOf(pack).flatMap((id) => licences.get(id) ?? []))];
}
