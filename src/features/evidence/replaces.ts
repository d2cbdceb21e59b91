import type { Summary } from '../../documents/parsing/summary.js';
import {
  lostTest,
  NO_TESTS,
  numberOfStored,
  type TestNames,
} from '../../documents/parsing/test-names.js';
import { counted } from '../../shared/text.js';
import { imagesIn } from '../../vocabulary/coverage.js';
import {
  FINDING_TYPES,
  type FindingType,
  SHOWN,
  type Shown,
} from '../../vocabulary/finding-types.js';
import { meantBy, type Subject, type Subjects } from '../../vocabulary/subject.js';
import {
  areOtherDigests,
  isNamed,
  isSameContent,
  isSameScan,
  isSameSubject,
  lookedAt,
} from './same-subject.js';

/** What decides whether new evidence replaces older evidence of its label. */
export type Replacing = Pick<Summary, 'shows' | 'findings' | 'components' | 'tests'> &
  Partial<Pick<Summary, 'coverage' | 'targets'>> & {
    readonly tool?: string | null | undefined;
    readonly testsRun?: string | undefined;
    readonly testNames?: TestNames | undefined;
  };

/** Clocks of build machines differ. */
const TOLERANCE_MS = 10 * 60_000;

/** Reports of tests often have a local time without its zone. */
const LOCAL_TOLERANCE_MS = 26 * 60 * 60_000;

/** The number of findings of a type, or of components. Tests are compared by how many ran. */
function numberOf(what: Shown, { findings, components }: Replacing): number {
  if (what === 'tests') return 0;
  return (what === 'components' ? components?.total : findings?.byType[what]) ?? 0;
}

/** When the tools ran last. */
function timeOf({ coverage = [] }: Replacing): number | undefined {
  const times = coverage.flatMap(({ at }) => (at === undefined ? [] : [Date.parse(at)]));
  return times.length === 0 ? undefined : Math.max(...times);
}

const isLocal = ({ coverage = [] }: Replacing) => coverage.some((entry) => entry.isLocal);

/** Whether the document reports tests that did not pass, or a run that did not end. */
const hasFailed = ({ tests, testsRun, coverage = [] }: Replacing) =>
  testsRun !== undefined ||
  (tests !== undefined && tests.failures + tests.errors > 0) ||
  coverage.some(({ ran }) => ran !== 'yes');

/**
 * How much later an older document can have run. An earlier run removes no failure, by however little it is earlier.
 */
function toleranceFor(by: Replacing, older: Replacing): number {
  if (isLocal(by) || isLocal(older)) return LOCAL_TOLERANCE_MS;
  return hasFailed(older) ? 0 : TOLERANCE_MS;
}

/** Whether a document ran before an older one, or does not say when it ran, as the older one does. */
function mayBeEarlier(by: Replacing, older: Replacing): boolean {
  const [mine, theirs] = [timeOf(by), timeOf(older)];
  return theirs !== undefined && (mine === undefined || mine < theirs);
}

function newer(by: Replacing, older: Replacing): string | undefined {
  const [mine, theirs] = [timeOf(by), timeOf(older)];
  if (theirs === undefined) return undefined;
  if (mine === undefined)
    return hasFailed(older)
      ? 'it says when its tool ran, and this document does not, so it may be an earlier run'
      : undefined;
  if (theirs - mine <= toleranceFor(by, older)) return undefined;
  const [now, then] = [mine, theirs].map((time) => new Date(time).toISOString());
  return `its tool ran at ${then}, and that of this document earlier, at ${now}`;
}

const shorten = (targets: readonly string[]) => {
  const [first = 'nothing that it names', ...rest] = targets;
  return rest.length === 0 ? first.trim() : `${first.trim()} and ${rest.length} more`;
};

/** The artifacts of the release that a document means by a digest. */
const namedIn = ({ coverage = [] }: Replacing, artifacts: Subjects<Subject>) =>
  new Set(coverage.flatMap(({ of = [] }) => of.flatMap((one) => meantBy(one, artifacts))));

/** Why the digests show that the documents are about different things. */
function otherDigests(by: Replacing, older: Replacing, artifacts: Subjects<Subject>) {
  const [own, theirs] = [namedIn(by, artifacts), namedIn(older, artifacts)];
  const missing = [...theirs].find((one) => !own.has(one));
  if (missing)
    return `it is about ${missing.name} (sha256:${missing.sha256}), and this document does not name that artifact`;
  return areOtherDigests(by, older) ? 'it names another digest than this document' : undefined;
}

/** Two clusters of one name: images that are together in one entry name no target, and differ. */
function otherImages({ coverage: own = [] }: Replacing, { coverage = [] }: Replacing) {
  const mine = new Set(own.map(imagesIn));
  return coverage.map(imagesIn).some((images) => images !== undefined && !mine.has(images))
    ? 'it has images that this document does not have'
    : undefined;
}

/** Whether the run of the tests came to its end, as far as the document shows. */
const hasEnded = ({ coverage = [] }: Replacing) =>
  coverage.every(({ what, ran }) => what !== 'tests' || ran === 'yes');

/** Fewer tests ran, or tests of a run that did not pass did not run again: a part of them, or another part. */
function otherTests(by: Replacing, older: Replacing): string | undefined {
  const { tests, testsRun } = older;
  if (!tests || !by.tests) return undefined;
  const stated = tests.tests + (tests.missing ?? 0);
  // A class that fails outside its tests is counted as a test, and has its own tests when it runs.
  const isExact =
    testsRun !== undefined && tests.missing === undefined && tests.unnamed === undefined;
  const [now, then] = [lookedAt('tests', by), lookedAt('tests', older)];
  if (!isExact && ((then > 0 && now < then) || by.tests.tests < stated))
    return `it has ${counted(stated, 'test')}, and this document has ${by.tests.tests}`;
  if (tests.unnamed !== undefined && !testsRun)
    return 'it has failures of which only the number is known';
  const lost = lostTest(by.testNames ?? NO_TESTS, testsRun, tests);
  if (lost !== undefined) return `${lost} did not run in this document`;
  // Of a run that did not end, a later report has all tests, also those that were skipped.
  if (!hasEnded(older)) {
    const known = numberOfStored(testsRun ?? '') + tests.skipped;
    if (by.tests.tests < known)
      return `its run did not end, it has ${counted(known, 'test')}, and this document has ${by.tests.tests}`;
  }
  return undefined;
}

/**
 * A release is one commit: when it is scanned again, a folder has as many packages. Few versions of a scanner count in
 * another way than the one before. Then both reports count until one is retracted.
 */
function otherAmount(by: Replacing, older: Replacing): string | undefined {
  for (const what of SHOWN) {
    const [now, then] = [lookedAt(what, by), lookedAt(what, older)];
    // More of the same subject. What the older one found is compared by itself.
    if (what === 'tests' || (now > then && isNamed(older))) continue;
    // Where the older one has findings, a document without a number can be about less.
    if (then > 0 && Number.isNaN(now) && numberOf(what, older) > 0)
      return `it looked at ${then} (${what}), and this document does not say at how many`;
    // A document that looked at nothing did not look at something else.
    if (now > 0 && then > 0 && now !== then)
      return `it looked at ${then} (${what}), and this document looked at ${now}`;
  }
  return undefined;
}

/** Whether only the uploader says that the tool looked: the document is the same if it did not. */
export const isDeclared = (what: Shown, { coverage = [] }: Pick<Replacing, 'coverage'>) =>
  coverage.some((entry) => entry.what === what && entry.declared);

/**
 * The types whose findings must all be in the new document. Vulnerabilities may leave the same scan of the same
 * image: databases are corrected, but not by an earlier run, and not by the word of the uploader. Nothing else
 * leaves a commit, unless the tool looked for something else.
 */
export function mustKeep(by: Replacing, older: Replacing): FindingType[] {
  const found = FINDING_TYPES.filter((what) => numberOf(what, older) > 0);
  return found.filter(
    (what) =>
      what !== 'vulnerability' ||
      !by.shows.includes(what) ||
      isDeclared(what, by) ||
      !isSameSubject(by, older) ||
      mayBeEarlier(by, older) ||
      !isSameScan(what, by, older),
  );
}

/**
 * Whether all components of the older document must be in the new one with their versions, or by their names. If both
 * list as many, versions may have been replaced: dependencies are resolved again.
 */
export function componentsToKeep(by: Replacing, older: Replacing): 'all' | 'names' | undefined {
  const [now, then] = [by, older].map((document) => numberOf('components', document));
  if (then === 0) return undefined;
  return now === then ? 'names' : 'all';
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
  const digest = otherDigests(by, older, artifacts) ?? otherImages(by, older);
  if (digest) return digest;
  if (numberOf('components', older) > 0 && !by.shows.includes('components'))
    return 'it has components, and this document does not show that it lists them';
  return otherTests(by, older) ?? otherAmount(by, older) ?? newer(by, older);
}
