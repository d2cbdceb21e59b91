import type { Coverage, Target } from '../../vocabulary/coverage.js';
import type { Shown } from '../../vocabulary/finding-types.js';
import { namesIn } from '../../vocabulary/subject.js';

/** The part of a summary that says what a document is about. */
interface About {
  readonly coverage?: readonly Coverage[];
}

/** Files without a name and a digest tell nothing about which files they are. */
const isNameless = ({ type, name, digests = [], otherDigests = [] }: Target) =>
  type === 'files' && !name && digests.length + otherDigests.length === 0;

const targetsIn = ({ coverage = [] }: About): Target[] =>
  coverage.flatMap(({ of = [] }) => of.filter((target) => !isNameless(target)));

const withDigests = (document: About) =>
  targetsIn(document).filter((target) => namesIn(target).length > 0);

/** Whether a cluster has all images of another: two clusters or namespaces can share some, such as a sidecar. */
const hasAll = (cluster: Target, other: Target) => {
  const own = new Set(namesIn(cluster));
  return namesIn(other).every((digest) => own.has(digest));
};

/**
 * Whether digests show that two targets are the same. Image ids and manifests decide if both have them: the platforms
 * of an image have one index in the registry.
 */
function isSame(one: Target, other: Target): boolean {
  if (one.type === 'cluster' && other.type === 'cluster') return hasAll(one, other);
  const [own, its] = [one.otherDigests ?? [], other.otherDigests ?? []];
  const areExact = own.length > 0 && its.length > 0;
  const [mine, theirs] = areExact ? [own, its] : [namesIn(one), namesIn(other)];
  return mine.some((digest) => theirs.includes(digest));
}

/** Whether a document names digests, and none for a target that the older one names by its digest. */
export function areOtherDigests(by: About, older: About): boolean {
  const own = withDigests(by);
  const theirs = withDigests(older);
  return own.length > 0 && theirs.some((target) => !own.some((one) => isSame(one, target)));
}

/** Whether digests show that a document is about all images and files that the older one is about. */
export function isSameContent(by: About, older: About): boolean {
  const [targets, own] = [targetsIn(older), withDigests(by)];
  return (
    targets.length > 0 &&
    targets.every(
      (target) =>
        (target.type === 'image' || target.type === 'files') &&
        own.some((one) => isSame(one, target)),
    )
  );
}

/** Where a folder was: `/src`, `.`, `C:\\work`, `…/work/shop`. Pipelines put each folder at one place. */
const PLACE = /^(?:\.{0,2}(?:[/\\]|$)|…|[a-z]:(?:[/\\]|$)|file:)/i;

/** Images, suites and clusters are not places, whatever their name is. */
const NAMED: readonly Target['type'][] = ['image', 'suite', 'cluster'];

/** `bom.json`, `package-lock.json`: two jobs can have a file of one name each. */
const FILE = /^[^/\\]+\.[a-z0-9]{1,10}$/i;
const isFileName = ({ type, name = '' }: Target) =>
  (type === 'files' || type === 'other') && FILE.test(name);

const isNamedTarget = (target: Target) => {
  const { type, name = '' } = target;
  return name !== '' && (NAMED.includes(type) || !(PLACE.test(name) || isFileName(target)));
};

/** Whether a document names all of its subjects. Neither the place of a folder nor that of a file is a name. */
export function isNamed(document: About): boolean {
  const targets = targetsIn(document);
  return targets.length > 0 && targets.every(isNamedTarget);
}

/** Whether names or digests show that both are about the same. A name alone does not if one of them has a digest. */
export function isSameSubject(by: About, older: About): boolean {
  if (isSameContent(by, older)) return true;
  const areAlike = withDigests(by).length > 0 === withDigests(older).length > 0;
  return isNamed(older) && areAlike && !areOtherDigests(by, older);
}

const entriesOf = (what: Shown, { coverage = [] }: About) =>
  coverage.filter((entry) => entry.what === what);

/** How many things a document looked at for one type. NaN if it does not show it. */
export function lookedAt(what: Shown, document: About): number {
  const counts = entriesOf(what, document).map((entry) => entry.lookedAt);
  return counts.length === 0 ? Number.NaN : counts.reduce<number>((sum, n) => sum + (n ?? NaN), 0);
}

const extentsOf = (what: Shown, document: About) =>
  entriesOf(what, document)
    .map(({ extent = '' }) => extent)
    .sort();

/** Whether a document looked at the same part of its subjects, with a database that is not older. */
export function isSameScan(what: Shown, by: About, older: About): boolean {
  const [now, then] = [lookedAt(what, by), lookedAt(what, older)];
  const databases = entriesOf(what, older).flatMap(({ database }) => database ?? []);
  return (
    Object.is(now, then) &&
    JSON.stringify(extentsOf(what, by)) === JSON.stringify(extentsOf(what, older)) &&
    entriesOf(what, by).every(({ database = '' }) => databases.every((one) => one <= database))
  );
}
