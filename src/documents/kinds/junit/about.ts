import type { Target } from '../../../vocabulary/coverage.js';
import type { XmlElement } from '../../xml-element.js';
import { earliestOf, isLocalTime, type Timed } from '../common/instants.js';
import { isSuite, nameOf } from './elements.js';

/** Longer names are cut where they are stored. */
const MAX_NAME = 1000;

/** Names of a root or a suite that identify a test runner. */
const RUNNERS: readonly (readonly [RegExp, string])[] = [
  [/^(?:vitest|vitest tests)$/, 'vitest'],
  [/^(?:jest|jest tests)$/, 'jest'],
  [/^(?:pytest|pytest tests)$/, 'pytest'],
  [/^Mocha Tests$/, 'mocha'],
  [/^nextest-run$/, 'cargo-nextest'],
];

/** The name of the test runner, if the report shows it. It is the same for each report of the runner. */
export function runnerOf({ attributes }: XmlElement): string | undefined {
  const name = attributes.get('name') ?? '';
  const schema = attributes.get('xsi:noNamespaceSchemaLocation') ?? '';
  if (schema.includes('surefire')) return 'maven-surefire';
  return RUNNERS.find(([pattern]) => pattern.test(name))?.[1];
}

/** Names that differ between runs of the same tests. */
const CHANGES = /\d{4}-\d\d-\d\d|\d\d:\d\d|[\da-f]{8}-[\da-f]{4}-[\da-f]{4}/i;

/**
 * The moment of a run, or the id of a run, in a name: `TestOrders-20261114214921` of unittest-xml-reporting. A date
 * alone can be the version of an API, which is the difference between two suites.
 */
const RUN = new RegExp(
  [
    /(?<!\d)20\d\d(?:0[1-9]|1[0-2])[0-3]\d[T_-]?[0-2]\d(?:[0-5]\d){2}(?!\d)/,
    /(?<!\d)20\d\d-[01]\d-[0-3]\d[T _-][0-2]\d(?:[:.-][0-5]\d){1,2}(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?/,
    /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'gi',
);

/** A name that is the same in the next run, or nothing if it only tells the run. */
function stableName(text: string | undefined): string {
  const name = (text ?? '').slice(0, MAX_NAME).trim();
  const stable = name.replace(RUN, '');
  return stable === name ? name : stable.replace(/^[\s_-]+|[\s_-]+$/g, '');
}

/** A file that Jest could not run, in the place of its suites. */
const isFileOfJest = ({ children }: XmlElement) =>
  children.some(({ attributes }) => attributes.get('classname') === 'Test suite failed to run');

/**
 * What was tested: the suites directly below the root, and the root. The root's name stays when a run fails before its
 * first suite.
 */
export function suitesOf(root: XmlElement): Target[] {
  const suites =
    nameOf(root) === 'testsuite'
      ? []
      : root.children.filter((child) => isSuite(child) && !isFileOfJest(child));
  const names = new Set<string>();
  const own = root.attributes.get('name');
  if (own && !(CHANGES.test(own) && suites.length > 0)) names.add(stableName(own));
  for (const { attributes } of suites) {
    names.add(stableName(attributes.get('name')));
  }
  names.delete('');
  return [...names].map((name) => ({ type: 'suite', name }));
}

/**
 * The earliest time of a suite, or of a test if no suite has one, and whether one of these times has no zone. The age
 * of evidence counts from there.
 */
export function startOf(root: XmlElement): Timed & { readonly isLocal?: true } {
  const [suites, tests]: [unknown[], unknown[]] = [[], []];
  const look = (element: XmlElement) => {
    const times = nameOf(element) === 'testcase' ? tests : suites;
    const time = element.attributes.get('timestamp');
    if (time) times.push(time);
    for (const child of element.children) look(child);
  };
  look(root);
  const times = suites.length > 0 ? suites : tests;
  return { ...earliestOf(times), ...(times.some(isLocalTime) && { isLocal: true }) };
}
