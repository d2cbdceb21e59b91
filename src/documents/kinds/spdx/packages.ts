import type { Target } from '../../../vocabulary/coverage.js';
import { canonicalLicence, isLicenceId } from '../../../vocabulary/licence-names.js';
import { type Purl, readPurl } from '../../../vocabulary/purl.js';
import type { Component } from '../../kind.js';
import { duplicates } from '../common/duplicates.js';
import type { Notes } from '../common/notes.js';
import { textOf, textsOf } from '../common/texts.js';
import { asserted, purlsOf, purlTextOf, typeOf } from './package-fields.js';
import type { SpdxDocument, SpdxPackage } from './schema.js';
import { describedIds, targetFor } from './subject.js';

/** A package that has several purls is a component by each of them: a rule about any of them is about it. */
function read(pack: SpdxPackage): Component[] {
  const purls = purlsOf(pack);
  return purls.length > 1
    ? purls.map((purl) => readAs(pack, purl))
    : [readAs(pack, readPurl(purlTextOf(pack)))];
}

const isOwn = (word: string) =>
  /^(?:AND|OR|WITH|(?:DocumentRef-[\w.-]+:)?LicenseRef-.*)$/.test(word);

/** Whether a licence is an expression with an id that SPDX lists. A name may be what was concluded. */
function namesListed(licence: string): boolean {
  const words = licence.match(/[^\s()]+/g) ?? [];
  return words.some(isLicenceId) && words.every((word) => isOwn(word) || isLicenceId(word));
}

/** Licences that a tool found in the files of a package. That of the package stays unknown. */
function inFiles(found: unknown): string[] {
  const licences = textsOf(found).flatMap((text) => asserted(text) ?? []);
  if (licences.length === 0) return [];
  return [...new Set(licences.map(canonicalLicence)), 'NOASSERTION'];
}

/**
 * The concluded licence, and the declared one if it is another one that SPDX lists: the author of the document cannot
 * conclude a declared licence away.
 */
function licencesOf(pack: SpdxPackage): string[] {
  const { licenseConcluded, licenseDeclared, licenseInfoFromFiles } = pack;
  const [concluded, declared] = [licenseConcluded, licenseDeclared].map((value) => {
    const text = asserted(value);
    return text === undefined ? undefined : canonicalLicence(text);
  });
  if (concluded === undefined && declared === undefined) return inFiles(licenseInfoFromFiles);
  if (concluded === undefined || declared === undefined || declared === concluded)
    return [concluded ?? declared ?? []].flat();
  return namesListed(declared) ? [concluded, declared] : [concluded];
}

function readAs(pack: SpdxPackage, purl: Purl | undefined): Component {
  return {
    type: typeOf(pack.primaryPackagePurpose),
    name: pack.name,
    version: asserted(pack.versionInfo) ?? purl?.version,
    purl: purl?.purl,
    licences: licencesOf(pack),
  };
}

/** Each package once. Packages that share an id and differ are all kept. */
function distinct(packages: readonly SpdxPackage[], notes: Notes): SpdxPackage[] {
  const repeated = duplicates()(packages);
  const ids = new Set<string>();
  return packages.filter((pack, index) => {
    const pointer = `/packages/${index}`;
    if (repeated.has(index)) {
      notes.add('repeats an earlier package: it counts once', pointer);
      return false;
    }
    const id = textOf(pack.SPDXID);
    if (id === undefined)
      notes.add('is required: nothing can refer to the package', `${pointer}/SPDXID`);
    else if (ids.has(id)) notes.add('is also the id of another package', `${pointer}/SPDXID`);
    else ids.add(id);
    const text = purlTextOf(pack);
    if (text !== undefined && readPurl(text) === undefined) {
      notes.add('has a purl that is not a package URL: the package is known by its name', pointer);
    }
    return true;
  });
}

export interface Inventory {
  readonly components: Component[];
  readonly of: Target[];
}

/**
 * Reads packages as components, in the document's order. As in CycloneDX, the described package is not a component of
 * itself. If the document describes several packages and has no other, they are its components.
 */
export function readPackages(document: SpdxDocument, notes: Notes): Inventory {
  const described = describedIds(document);
  const packages = distinct(document.packages ?? [], notes);
  const isSubject = ({ SPDXID }: SpdxPackage) => described.has(textOf(SPDXID) ?? '');
  const subjects = packages.filter(isSubject);
  const parts = packages.filter((pack) => !isSubject(pack));
  if (parts.length === 0 && subjects.length > 1)
    return { components: subjects.flatMap(read), of: [] };
  return { components: parts.flatMap(read), of: subjects.slice(0, 20).map(targetFor) };
}
