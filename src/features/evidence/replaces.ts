import type { Summary } from '../../documents/parsing/summary.js';
import { counted } from '../../shared/text.js';
import { FINDING_TYPES, SHOWN, type Shown } from '../../vocabulary/finding-types.js';
import { namedBy, type Subject, type Subjects } from '../../vocabulary/subject.js';

/** What decides whether new evidence replaces older evidence of its label. */
export type Replacing = Pick<Summary, 'shows' | 'findings' | 'components'> &
  Partial<Pick<Summary, 'coverage' | 'targets'>> & { readonly tool?: string | null | undefined };

/** Clocks of build machines differ. */
const TOLERANCE_MS = 10 * 60_000;

/** Reports of tests often have a local time without its zone. */
const TESTS_TOLERANCE_MS = 26 * 60 * 60_000;

/** What a document can contain, and a later one can lack. */
const CONTENTS = [...FINDING_TYPES, 'components'] as const;

/** The number of findings of a type, or of components. Tests are compared by how many ran. */
function numberOf(what: Shown, { findings, components }: Replacing): number {
  if (what === 'tests') return 0;
  return (what === 'components' ? components?.total : findings?.byType[what]) ?? 0;
}

/** The findings and components of a document, by what a tool looks for. */
const contentsOf = (document: Replacing): Shown[] =>
  CONTENTS.filter((what) => numberOf(what, document) > 0);

/**
 * Rules for code find secrets and vulnerable packages by the way, and no report shows a scan for them. What one of them
 * found is replaced by what the same tool found again. A scan for them that failed was one.
 */
function isByTheWay(what: Shown, by: Replacing, older: Replacing): boolean {
  const isSought = (older.coverage ?? []).some(
    (entry) => entry.what === what && entry.ran !== 'unknown',
  );
  return by.shows.includes('code') && !isSought && contentsOf(by).includes(what);
}

/** What the older document has, and what the new one did not look for to its end. */
function unseen(by: Replacing, older: Replacing): Shown | undefined {
  return contentsOf(older).find((what) => !by.shows.includes(what) && !isByTheWay(what, by, older));
}

/** When the tools ran last. */
function timeOf({ coverage = [] }: Replacing): number | undefined {
  const times = coverage.flatMap(({ at }) => (at === undefined ? [] : [Date.parse(at)]));
  return times.length === 0 ? undefined : Math.max(...times);
}

const isOfTests = ({ coverage = [] }: Replacing) => coverage.some(({ what }) => what === 'tests');

function newer(by: Replacing, older: Replacing): string | undefined {
  const [mine, theirs] = [timeOf(by), timeOf(older)];
  const tolerance = isOfTests(older) ? TESTS_TOLERANCE_MS : TOLERANCE_MS;
  if (mine === undefined || theirs === undefined || theirs - mine <= tolerance) return undefined;
  const [now, then] = [mine, theirs].map((time) => new Date(time).toISOString());
  return `its tool ran at ${then}, and that of this document earlier, at ${now}`;
}

const shorten = (targets: readonly string[]) => {
  const [first = 'nothing that it names', ...rest] = targets;
  return rest.length === 0 ? first : `${first} and ${rest.length} more`;
};

/** The artifacts of the release that a document names by a digest. */
const namedIn = ({ coverage = [] }: Replacing, artifacts: Subjects<Subject>) =>
  new Set(coverage.flatMap(({ of = [] }) => of.flatMap((one) => namedBy(one, artifacts))));

const digestsIn = ({ coverage = [] }: Replacing) =>
  new Set(
    coverage.flatMap(({ of = [] }) =>
      of.flatMap(({ digests = [], otherDigests = [] }) => [...digests, ...otherDigests]),
    ),
  );

/** Why the digests show that the documents are about different things. */
function otherDigests(by: Replacing, older: Replacing, artifacts: Subjects<Subject>) {
  const [own, theirs] = [namedIn(by, artifacts), namedIn(older, artifacts)];
  const missing = [...theirs].find((one) => !own.has(one));
  if (missing)
    return `it is about ${missing.name} (sha256:${missing.sha256}), and this document does not name that artifact`;
  const [mine, others] = [digestsIn(by), digestsIn(older)];
  const areApart = mine.size > 0 && others.size > 0 && [...others].every((one) => !mine.has(one));
  // An image that was built again, and whose new digest is that of an artifact.
  if (!areApart || own.size > 0) return undefined;
  return 'it names another digest than this document';
}

/** How many things a document looked at for one type. NaN if it does not show it. */
function lookedAt(what: Shown, { coverage = [] }: Replacing): number {
  const counts = coverage.flatMap((entry) => (entry.what === what ? [entry.lookedAt] : []));
  return counts.length === 0 ? Number.NaN : counts.reduce<number>((sum, n) => sum + (n ?? NaN), 0);
}

/**
 * A release is one commit: when its tests run again they are as many, and a folder has as many packages. Few versions
 * of a scanner count in another way than the one before. Then both reports count until one is retracted.
 */
function otherAmount(by: Replacing, older: Replacing, isNamed: boolean): string | undefined {
  for (const what of SHOWN) {
    const [now, then] = [lookedAt(what, by), lookedAt(what, older)];
    if (what === 'tests' && now !== then && then > 0 && now >= 0)
      return `${counted(then, 'test')} ran, and ${now} in this document`;
    // An SBOM that lists more of the same subject has what the other lists.
    if (what === 'components' && isNamed && now > then) continue;
    // Where the older one has findings, a document without a number can be about less.
    if (then > 0 && Number.isNaN(now) && numberOf(what, older) > 0)
      return `it looked at ${then} (${what}), and this document does not say at how many`;
    // A document that looked at nothing did not look at something else.
    if (now > 0 && then > 0 && now !== then)
      return `it looked at ${then} (${what}), and this document looked at ${now}`;
  }
  return undefined;
}

/**
 * What the older document has more of, where nothing shows that both are about the same: no name, and no number of
 * things that both looked at. A secret does not leave a commit.
 */
function vanished(by: Replacing, older: Replacing): string | undefined {
  const what = contentsOf(older).find(
    (one) => numberOf(one, by) < numberOf(one, older) && lookedAt(one, by) !== lookedAt(one, older),
  );
  if (what === undefined) return undefined;
  const [now, then] = [numberOf(what, by), numberOf(what, older)];
  return `it has ${then} (${what}), and this document has ${now}. Nothing in them shows that both are about the same`;
}

/** SARIF names the tools of its runs in their order, which says nothing. */
const toolsIn = ({ tool }: Replacing) => (tool ?? '').split(', ').sort().join(', ');

const toolOf = ({ tool }: Replacing) => tool ?? 'a tool that it does not name';

/**
 * Why new evidence does not replace older evidence of the same label: another tool made it, it is about something else,
 * it did not look for what the older one found, or its scan is the older one. Continues "still counts: ". Undefined if
 * it replaces it.
 */
export function whyBeside(
  by: Replacing,
  older: Replacing,
  artifacts: Subjects<Subject>,
): string | undefined {
  const [mine, theirs] = [by.targets ?? [], older.targets ?? []];
  // Evidence from before coverage was stored names nothing, and neither do some tools.
  const isNameless = theirs.length === 0 && older.coverage !== undefined;
  if (isNameless ? mine.length > 0 : !theirs.every((one) => mine.includes(one)))
    return `it is about ${shorten(theirs)}, and this document is about ${shorten(mine)}`;
  if (toolsIn(by) !== toolsIn(older))
    return `it is a report of ${toolOf(older)}, and this document of ${toolOf(by)}`;
  const other = otherDigests(by, older, artifacts);
  if (other) return other;
  const what = unseen(by, older);
  if (what === 'components')
    return 'it has components, and this document does not show that it lists them';
  if (what !== undefined)
    return `it has findings of the type ${what}, and this document does not show a scan for them`;
  const isUnnamed = isNameless && mine.length === 0;
  return (
    otherAmount(by, older, !isUnnamed) ??
    (isUnnamed ? vanished(by, older) : undefined) ??
    newer(by, older)
  );
}
