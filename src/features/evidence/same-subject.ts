import type { Coverage, Target } from '../../vocabulary/coverage.js';
import type { Shown } from '../../vocabulary/finding-types.js';

/** The part of a summary that says what a document is about. */
interface About {
  readonly coverage?: readonly Coverage[];
}

const targetsIn = ({ coverage = [] }: About): Target[] => coverage.flatMap(({ of = [] }) => of);

const digestsOf = ({ digests = [], otherDigests = [] }: Target) => [...digests, ...otherDigests];

export const digestsIn = (document: About) => new Set(targetsIn(document).flatMap(digestsOf));

/** Where a folder was: `/src`, `.`, `C:\\work`, `…/work/shop`. Pipelines put each folder at one place. */
const PLACE = /^(?:[./\\…]|[a-z]:|file:)/i;

/** Whether a document names all of its subjects. The place of a folder is not a name. */
export function isNamed(document: About): boolean {
  const targets = targetsIn(document);
  return (
    targets.length > 0 &&
    targets.every(({ type, name = '' }) => name !== '' && !(type === 'files' && PLACE.test(name)))
  );
}

/** Whether digests show that a document is about all images and files that the older one is about. */
export function isSameContent(by: About, older: About): boolean {
  const [targets, own] = [targetsIn(older), digestsIn(by)];
  return (
    targets.length > 0 &&
    targets.every(
      (target) =>
        (target.type === 'image' || target.type === 'files') &&
        digestsOf(target).some((digest) => own.has(digest)),
    )
  );
}

const entriesOf = (what: Shown, { coverage = [] }: About) =>
  coverage.filter((entry) => entry.what === what);

/** How many things a document looked at for one type. NaN if it does not show it. */
export function lookedAt(what: Shown, document: About): number {
  const counts = entriesOf(what, document).map((entry) => entry.lookedAt);
  return counts.length === 0 ? Number.NaN : counts.reduce<number>((sum, n) => sum + (n ?? NaN), 0);
}

/** Which part of its images a document looked at for one type. Undefined if it does not show it. */
export function extentOf(what: Shown, document: About): string | undefined {
  const extents = entriesOf(what, document).map(({ extent }) => extent);
  return extents.includes(undefined) ? undefined : extents.sort().join(', ') || undefined;
}
