import { type Target, withoutTag } from './coverage.js';
import { readPurl } from './purl.js';
import { isImage, meantBy, namedBy, type Subject, type Subjects } from './subject.js';

/** The last part of a path or of the name of an image, in lower case. */
export const lastSegment = (name: string) => name.split(/[\\/]/).at(-1)?.toLowerCase() ?? '';

/** Names of files. A folder, such as `dist`, may hold other artifacts. */
export const FILE = /[^.]\.[a-z0-9]{1,10}$/;

/** Programs for one platform have no extension: `agent-linux-amd64`. A folder rarely has such a name. */
const PLATFORM =
  /[-_.](?:linux|windows|win(?:32|64)|darwin|macos|freebsd|amd64|x64|x86_64|arm64|aarch64|armv?\d*|i?[36]86)(?=$|[-_.])/;

const isFile = (name: string) => FILE.test(name) || PLATFORM.test(name);

const withoutDigest = (name: string) => name.toLowerCase().split('@', 1)[0] ?? '';

/** From what tells most to what tells least: the first by which an artifact has the name decides. */
const AS_IMAGE: readonly ((name: string) => string)[] = [
  withoutDigest,
  (name) => lastSegment(withoutDigest(name)),
  (name) => withoutTag({ type: 'image', name: withoutDigest(name) }),
  (name) => lastSegment(withoutTag({ type: 'image', name: withoutDigest(name) })),
];

/** The artifacts that have the name of an image or file. A name that several have means any of them. */
export function artifactsWithName<S extends Subject>(
  { type, name = '' }: Target,
  artifacts: readonly S[],
): S[] {
  if (type === 'image') {
    const images = artifacts.filter(isImage);
    for (const spell of AS_IMAGE) {
      const same = images.filter((one) => spell(one.name) === spell(name));
      if (same.length > 0) return same;
    }
  }
  const file = lastSegment(name);
  if (type !== 'files' || !isFile(file)) return [];
  return artifacts.filter((one) => !isImage(one) && lastSegment(one.name) === file);
}

/**
 * The name of another artifact, if a document is about others and not about this one. A digest of this one
 * decides, unless others have it as well. Names that no artifact has say nothing.
 */
export function nameOfOther<S extends Subject>(
  targets: readonly Target[],
  artifact: S,
  subjects: Subjects<S>,
): string | undefined {
  const { all } = subjects;
  const named = targets.filter(({ type, name }) => (type === 'image' || type === 'files') && name);
  if (named.some((target) => meantBy(target, subjects).includes(artifact))) return undefined;
  const isOther = (target: Target) => {
    const same = artifactsWithName(target, all);
    return same.length > 0 && !same.includes(artifact);
  };
  return named.every(isOther) ? named[0]?.name : undefined;
}

const extensionOf = (name: string) =>
  FILE.test(lastSegment(name)) ? lastSegment(name).split('.').at(-1) : undefined;

/** Whether the names of a target and of an artifact are of one sort, so that another name is worth a warning. */
function areComparable({ type, name }: Target, artifact: Subject): boolean {
  if (!name) return false;
  if (type === 'image') return isImage(artifact);
  // A lock file is not a package of the release, and a program may be read as a folder.
  if (type !== 'files' || isImage(artifact)) return false;
  const extension = extensionOf(name);
  return extension !== undefined && extension === extensionOf(artifact.name);
}

/**
 * The name of an image or file, if none of the artifacts has it, nor a digest that the document names. Registries and
 * tags are not compared, and neither are files of other extensions than those of artifacts.
 */
export function strangeName(
  targets: readonly Target[],
  subjects: Subjects<Subject>,
): string | undefined {
  if (targets.some((target) => namedBy(target, subjects).length > 0)) return undefined;
  const { all } = subjects;
  const named = targets.filter((target) => all.some((one) => areComparable(target, one)));
  const isStrange = (target: Target) => artifactsWithName(target, all).length === 0;
  return named.every(isStrange) ? named[0]?.name : undefined;
}

const IMAGE_PURL = /^pkg:(?:oci|docker)\//;

/** The same package. An image has the name of its registry in one form of package URL, and not in the other. */
function isSamePackage(one: string, other: string): boolean {
  if (!IMAGE_PURL.test(one) || !IMAGE_PURL.test(other)) return one === other;
  return lastSegment(one) === lastSegment(other);
}

/**
 * The package URL that a document says its subject has, if that of an artifact is another one: its type, namespace or
 * name differs.
 * @param packages without versions
 */
export function otherPackageOf(packages: readonly string[], artifact: Subject): string | undefined {
  const [first] = packages;
  const own = first === undefined ? undefined : readPurl(artifact.purl)?.key;
  return own === undefined || packages.some((key) => isSamePackage(key, own)) ? undefined : first;
}

/** The package URL of the subject of a document, if all artifacts have others. */
export function strangePackage(
  targets: readonly Target[],
  subjects: Subjects<Subject>,
): string | undefined {
  const packages = targets.flatMap((target) => target.package ?? []);
  if (packages.length === 0) return undefined;
  if (targets.some((target) => namedBy(target, subjects).length > 0)) return undefined;
  const others = subjects.all.map((artifact) => otherPackageOf(packages, artifact));
  return others.every((key) => key !== undefined) ? others[0] : undefined;
}
