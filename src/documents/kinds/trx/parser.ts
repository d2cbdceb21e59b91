import { counted } from '../../../shared/text.js';
import type { Coverage, Target } from '../../../vocabulary/coverage.js';
import { DocumentFault } from '../../fault.js';
import type { DocumentParser, Note } from '../../kind.js';
import type { XmlElement } from '../../xml-element.js';
import { type About, covered, failed, uncovered } from '../common/coverage.js';
import { isLocalTime, timed } from '../common/instants.js';
import { find, isTrx, otherThan } from './elements.js';
import { Results, SUMMARY } from './results.js';
import { type RunSummary, summaryOf } from './summary.js';

const definitionsOf = (root: XmlElement) =>
  find(root, 'TestDefinitions').flatMap(({ children }) => children);

/** Names of classes by the id of their tests. */
function classesOf(root: XmlElement): ReadonlyMap<string, string> {
  const tests = definitionsOf(root);
  return new Map(
    tests.map((test) => {
      const [method] = find(test, 'TestMethod');
      const [name = ''] = (method?.attributes.get('className') ?? '').split(',', 1);
      return [test.attributes.get('id') ?? '', name];
    }),
  );
}

/** The assembly of a test, with the framework that it was built for: a matrix tests one assembly for several. */
function assemblyOf(test: XmlElement): string {
  const [method] = find(test, 'TestMethod');
  const path = test.attributes.get('storage') || method?.attributes.get('codeBase') || '';
  const [name = '', folder = ''] = path.split(/[\\/]/).reverse();
  return (/^net/i.test(folder) ? `${folder}/${name}` : name).toLowerCase();
}

function assembliesOf(root: XmlElement): Target[] {
  const tests = definitionsOf(root);
  const names = new Set(tests.map(assemblyOf).filter(Boolean));
  return [...names].map((name) => ({ type: 'suite', name }));
}

/** How a summary and the results differ. */
interface Difference {
  /** Number of results that are missing. */
  readonly missing: number;
  /** More results than the summary says that tests ran. */
  readonly tooMany: boolean;
  /** More tests that the summary counts without an assessment than results without one. */
  readonly unassessed: number;
  readonly notes: readonly Note[];
}

/** Adds what the summary counts in addition to the results. */
function compare(
  { counters }: RunSummary,
  results: Results,
  defined: Iterable<string>,
): Difference {
  const { passed, failed, error } = results.outcomes;
  const notes: Note[] = [];
  const note = (what: string) => notes.push({ message: `The summary ${what}` });
  const bad = counters.bad - failed - error;
  if (bad > 0) {
    const what = `counts ${counted(bad, 'failed test')} that no result shows`;
    note(what);
    results.error(bad, SUMMARY, `The summary ${what}`);
  }
  const missing = counters.total - results.elements - Math.max(bad, 0);
  if (missing > 0) note(`counts ${counted(missing, 'result')} that are missing`);
  const others = [...defined].filter((id) => id !== '' && !results.ids.has(id));
  const without = others.length - results.anonymous;
  if (without > 0)
    notes.push({ message: `The report defines ${counted(without, 'test')} without a result` });
  const { executed = Number.POSITIVE_INFINITY } = counters;
  // Some versions of MSTest count a test with rows of data once.
  const tooMany = executed < passed + failed && !results.hasInner;
  if (tooMany) note(`says that ${counted(executed, 'test')} ran, and ${passed + failed} did`);
  const unassessed = counters.unassessed - results.outcomes.unknown;
  return { missing: Math.max(missing, without, 0), tooMany, unassessed, notes };
}

/** What Visual Studio writes into a report. */
const PARTS = [
  ...[
    'times',
    'testsettings',
    'testrunconfiguration',
    'testdefinitions',
    'testlists',
    'testentries',
  ],
  ...['results', 'resultsummary', 'runinfos', 'properties', 'build', 'testlinks'],
];

/** What is known about the results of a report. */
interface Found {
  readonly bad: number;
  /** Why it is not known how all tests ended. */
  readonly unknown: string | undefined;
  /** An element that is not known. */
  readonly other: string | undefined;
}

function coverageOf(
  { fault, aborted, failed: runFailed, complete, counters, warned, odd }: RunSummary,
  { missing, tooMany, unassessed }: Difference,
  { bad, unknown, other }: Found,
  about: About,
): Coverage {
  const again = 'Run the tests again';
  // xUnit.net reports each test that failed as an error of the run, and such tests deny by themselves.
  if (fault !== undefined && (bad === 0 || aborted))
    return failed('tests', `${fault}. ${again}`, about);
  if (missing > 0) return failed('tests', `${counted(missing, 'result')} missing. ${again}`, about);
  if (tooMany) return failed('tests', `fewer tests ran than have a result. ${again}`, about);
  if (runFailed && bad === 0)
    return failed('tests', `the run failed, although none of its tests did. ${again}`, about);
  if (!complete) return uncovered('tests', 'the report has no summary, so it may be cut', about);
  if (about.lookedAt === 0) return uncovered('tests', 'no test ran', about);
  if (counters.unclear)
    return uncovered('tests', `its counter ${counters.unclear} is not known. ${again}`, about);
  if (unknown) return uncovered('tests', unknown, about);
  if (unassessed > 0) {
    const what = `the summary counts ${counted(unassessed, 'test')} with the outcome Warning or Completed`;
    return uncovered('tests', `${what}, which no result has. ${again}`, about);
  }
  if (warned !== undefined && bad === 0)
    return uncovered('tests', `the run warns: ${warned}. ${again}`, about);
  if (odd) return uncovered('tests', `its ${odd}`, about);
  if (other) return uncovered('tests', `its element <${other}> is not known. ${UNCHANGED}`, about);
  return covered('tests', about);
}

const UNCHANGED = 'Upload the output of the test runner unchanged';

export const parser: DocumentParser = {
  version: 8,

  recognizes: isTrx,

  parse(document) {
    if (!isTrx(document)) throw new DocumentFault('must be TRX, with the root element TestRun');
    const classes = classesOf(document);
    const results = new Results(classes);
    for (const list of find(document, 'Results')) results.add(list);
    const summary = summaryOf(document);
    for (const { attributes } of definitionsOf(document)) {
      const [id = '', name = ''] = [attributes.get('id'), attributes.get('name')];
      if (id && name && !results.ids.has(id)) results.lacks(id, name);
    }
    const difference = compare(summary, results, classes.keys());
    const tests = results.summary();
    const [times] = find(document, 'Times');
    const time = times?.attributes.get('start') ?? times?.attributes.get('creation');
    const about = {
      of: assembliesOf(document),
      lookedAt: tests.tests - tests.skipped,
      ...timed(time),
      ...(isLocalTime(time) && { isLocal: true }),
    };
    const bad = tests.failures + tests.errors;
    const other = results.other ?? summary.other ?? otherThan(document, PARTS);
    const found = { bad, unknown: results.unknown.reason(), other };
    return {
      tool: 'VSTest',
      coverage: [coverageOf(summary, difference, found, about)],
      tests: { ...tests, ...(difference.missing > 0 && { missing: difference.missing }) },
      testNames: results.names,
      warnings: [...results.warnings(), ...summary.warnings],
      contradictions: [...difference.notes, ...results.contradictions],
    };
  },
};
