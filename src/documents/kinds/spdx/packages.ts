import type { Target } from '../../../vocabulary/coverage.js';
import {
  asFound,
  asStated,
  canonicalLicence,
  isLicenceId,
} from '../../../vocabulary/licence-names.js';
import { type Purl, readPurl } from '../../../vocabulary/purl.js';
import type { Component } from '../../kind.js';
import { duplicates } from '../common/duplicates.js';
import { isNameless, NAMELESS } from '../common/inventory.js';
import { withMentions } from '../common/licence-mentions.js';
import type { Notes } from '../common/notes.js';
import { textOf, textsOf } from '../common/texts.js';
import { type LicencesOfFiles, licencesOfFiles } from './files.js';
import { licenceRefs } from './licence-refs.js';
import { asserted, purlsOf, purlTextOf, typeOf } from './package-fields.js';
import type { SpdxDocument, SpdxPackage } from './schema.js';
import { describedIds, targetFor } from './subject.js';

/** What the document says about licences, apart from its packages. */
interface Licensing {
  readonly files: LicencesOfFiles;
  readonly refs: ReturnType<typeof licenceRefs>;
}

/** A package that has several purls is a component by each of them: a rule about any of them is about it. */
function read(pack: SpdxPackage, licensing: Licensing): Component[] {
  const purls = purlsOf(pack);
  return purls.length > 1
    ? purls.map((purl) => readAs(pack, purl, licensing))
    : [readAs(pack, readPurl(purlTextOf(pack)), licensing)];
}

const isOwn = (word: string) =>
  /^(?:AND|OR|WITH|(?:DocumentRef-[\w.-]+:)?LicenseRef-.*)$/.test(word);

/** Whether a licence is an expression with an id that SPDX lists. A name may be what was concluded. */
function namesListed(licence: string): boolean {
  const words = licence.match(/[^\s()]+/g) ?? [];
  return words.some(isLicenceId) && words.every((word) => isOwn(word) || isLicenceId(word));
}

const canonical = (text: string) => canonicalLicence(asStated(text));

/**
 * The concluded licence, and the declared one if it is another one that SPDX lists: the author of the document cannot
 * conclude a declared licence away. Any other declared one, those that a tool found in the files, and what the document
 * tells of its own licences (`LicenseRef-…`), must not be denied. If nobody states a licence, those in the files are
 * among them, and that of the package stays unknown.
 */
function licencesOf(pack: SpdxPackage, { files, refs }: Licensing): string[] {
  const { licenseConcluded, licenseDeclared, licenseInfoFromFiles } = pack;
  const [concluded, declared] = [licenseConcluded, licenseDeclared].map((value) => {
    const text = asserted(value);
    return text === undefined ? undefined : canonical(text);
  });
  const inFiles = [...textsOf(licenseInfoFromFiles), ...files(pack)];
  const found = inFiles.flatMap((text) => asserted(text) ?? []).map(canonical);
  const stated = concluded ?? declared;
  const meant = [concluded, declared, ...found].flatMap(
    (one) => withMentions(one ?? '', refs) ?? [],
  );
  if (stated === undefined) {
    const all = [...new Set([...found, 'NOASSERTION'])];
    return found.length > 0 ? [...all, ...meant.map(asFound)] : [];
  }
  const isBoth = declared !== undefined && declared !== stated && namesListed(declared);
  const all = isBoth ? [stated, declared] : [stated];
  const others = [...(declared === undefined ? [] : [declared]), ...found, ...meant];
  return [...all, ...[...new Set(others)].filter((one) => !all.includes(one)).map(asFound)];
}

function readAs(pack: SpdxPackage, purl: Purl | undefined, licensing: Licensing): Component {
  return {
    type: typeOf(pack),
    name: pack.name,
    version: asserted(pack.versionInfo) ?? purl?.version,
    purl: purl?.purl,
    licences: licencesOf(pack, licensing),
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
    if (isNameless({ name: pack.name, purl: readPurl(text)?.purl })) notes.add(NAMELESS, pointer);
    if (text !== undefined && readPurl(text) === undefined) {
      notes.add('has a purl that is not a package URL: the package is known by its name', pointer);
    }
    return true;
  });
}

export interface Inventory {
  readonly components: Component[];
  /** The described package. Rules judge it, and it does not show that the tool looked at what is in it. */
  readonly subjects: Component[];
  readonly of: Target[];
}

/**
 * Reads packages as components, in the document's order. As in CycloneDX, the described package is not a component of
 * itself. If the document describes several packages, they are components, too.
 */
export function readPackages(document: SpdxDocument, notes: Notes): Inventory {
  const described = describedIds(document);
  const packages = distinct(document.packages ?? [], notes);
  const licensing = { files: licencesOfFiles(document, notes), refs: licenceRefs(document) };
  const readAll = (all: readonly SpdxPackage[]) => all.flatMap((pack) => read(pack, licensing));
  const isSubject = ({ SPDXID }: SpdxPackage) => described.has(textOf(SPDXID) ?? '');
  const subjects = packages.filter(isSubject);
  const parts = packages.filter((pack) => !isSubject(pack));
  if (parts.length === 0 && subjects.length > 1) {
    return { components: readAll(subjects), subjects: [], of: [] };
  }
  // Several described packages are not one subject: rules judge them with the others.
  const judged = subjects.length > 1 ? packages : parts;
  return {
    components: readAll(judged),
    subjects: subjects.length > 1 ? [] : readAll(subjects),
    of: subjects.slice(0, 20).map(targetFor),
  };
}
