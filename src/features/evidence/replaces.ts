import type { Summary } from '../../documents/parsing/summary.js';
import { hasTest, type TestNames } from '../../documents/parsing/test-names.js';
import { counted } from '../../shared/text.js';
import {
  FINDING_TYPES,
  type FindingType,
  SHOWN,
  type Shown,
} from '../../vocabulary/finding-types.js';
import { namedBy, type Subject, type Subjects } from '../../vocabulary/subject.js';
import { digestsIn, extentOf, isNamed, isSameContent, lookedAt } from './same-subject.js';

/** What decides whether new evidence replaces older evidence of its label. */
export type Replacing = Pick<Summary, 'shows' | 'findings' | 'components' | 'tests'> &
  Partial<Pick<Summary, 'coverage' | 'targets'>> & {
    readonly tool?: string | null | undefined;
    readonly testNames?: TestNames | undefined;
  };

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

/** Why the digests show that the documents are about different things. */
function otherDigests(by: Replacing, older: Replacing, artifacts: Subjects<Subject>) {
  const [own, theirs] = [namedIn(by, artifacts), namedIn(older, artifacts)];
  const missing = [...theirs].find((one) => !own.has(one));
  if (missing)
    return `it is about ${missing.name} (sha256:${missing.sha256}), and this document does not name that artifact`;
  const [mine, others] = [digestsIn(by), digestsIn(older)];
  const areApart = mine.size > 0 && others.size > 0 && [...others].every((one) => !mine.has(one));
  return areApart ? 'it names another digest than this document' : undefined;
}

/** Tests that failed, and that the new document does not have: another part of the tests, or another suite. */
function otherTests(by: Replacing, older: Replacing): string | undefined {
  const [now, then] = [lookedAt('tests', by), lookedAt('tests', older)];
  if (then > 0 && now < then) return `${counted(then, 'test')} ran, and ${now} in this document`;
  const missing = older.tests?.failed.find(({ name }) => !hasTest(by.testNames, name));
  if (missing === undefined) return undefined;
  const name = missing.name.slice(0, 200);
  return `its test ${JSON.stringify(name)} failed, and did not run in this document`;
}

/**
 * A release is one commit: when it is scanned again, a folder has as many packages. Few versions of a scanner count in
 * another way than the one before. Then both reports count until one is retracted.
 */
function otherAmount(by: Replacing, older: Replacing, isNamed: boolean): string | undefined {
  for (const what of SHOWN) {
    const [now, then] = [lookedAt(what, by), lookedAt(what, older)];
    // More of the same subject. What the older one found is compared by itself.
    if (what === 'tests' || (isNamed && now > then)) continue;
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
 * The types whose findings must all be in the new document: nothing shows that both scanned the same, or they looked at
 * different parts of it.
 */
export function mustKeep(by: Replacing, older: Replacing): FindingType[] {
  const isSame = isNamed(older) || isSameContent(by, older);
  return FINDING_TYPES.filter((what) => {
    if (numberOf(what, older) === 0) return false;
    const [now, then] = [lookedAt(what, by), lookedAt(what, older)];
    const areCounted = now > 0 && then > 0;
    if (areCounted || !isSame) return now !== then;
    return extentOf(what, by) !== extentOf(what, older);
  });
}

/** SARIF names the tools of its runs in their order, which says nothing. */
const toolsIn = ({ tool }: Replacing) => (tool ?? '').split(', ').sort().join(', ');

const toolOf = ({ tool }: Replacing) => tool ?? 'a tool that it does not name';

/** The names show that the new document is about other targets, or about fewer. */
function otherTargets(by: Replacing, older: Replacing): string | undefined {
  const [mine, theirs] = [by.targets ?? [], older.targets ?? []];
  // Evidence from before coverage was stored names nothing, and neither do some tools.
  const isNameless = theirs.length === 0 && older.coverage !== undefined;
  const areOthers = isNameless ? mine.length > 0 : !theirs.every((one) => mine.includes(one));
  // One image has the name of its registry, or none.
  if (!areOthers || isSameContent(by, older)) return undefined;
  return `it is about ${shorten(theirs)}, and this document is about ${shorten(mine)}`;
}

/**
 * Why new evidence does not replace older evidence of the same label: another tool made it, it is about something else,
 * it did not look for what the older one found, or its scan is the older one. Continues "still counts: ". Undefined if
 * it replaces it, provided that it has what it `mustKeep`.
 */
export function whyBeside(
  by: Replacing,
  older: Replacing,
  artifacts: Subjects<Subject>,
): string | undefined {
  const targets = otherTargets(by, older);
  if (targets) return targets;
  if (toolsIn(by) !== toolsIn(older))
    return `it is a report of ${toolOf(older)}, and this document of ${toolOf(by)}`;
  const digest = otherDigests(by, older, artifacts);
  if (digest) return digest;
  const what = unseen(by, older);
  if (what === 'components')
    return 'it has components, and this document does not show that it lists them';
  if (what !== undefined)
    return `it has findings of the type ${what}, and this document does not show a scan for them`;
  return otherTests(by, older) ?? otherAmount(by, older, isNamed(older)) ?? newer(by, older);
}
