import type { XmlElement } from '../../xml-element.js';
import { isSuite } from './elements.js';
import { saysNothing } from './words.js';

/** What a suite says about its tests in attributes. */
export interface Stated {
  readonly tests: number;
  /** Failures and errors. */
  readonly bad: number;
  /** Skipped, disabled and ignored tests: the largest of these counts, and their sum. */
  readonly skipped: number;
  readonly notRun: number;
}

const MAX_COUNT = 1_000_000_000;

/** A count, with grouped thousands if the tool writes them. */
const COUNT = /^\d[\d,]{0,15}(?:\.0*)?$/;

const numberIn = (text: string) => Math.min(Number(text.replaceAll(',', '')), MAX_COUNT);

/** A count in an attribute, in any case. Anything else than a count states nothing. */
function countOf({ attributes }: XmlElement, wanted: string): number {
  const own = attributes.get(wanted)?.trim() ?? '';
  let count = COUNT.test(own) ? numberIn(own) : 0;
  for (const [name, value] of attributes) {
    if (name === wanted || name.toLowerCase() !== wanted) continue;
    const text = value.trim();
    if (COUNT.test(text)) count = Math.max(count, numberIn(text));
  }
  return count;
}

const plainName = (name: string) =>
  name
    .slice(name.lastIndexOf(':') + 1)
    .toLowerCase()
    .replace(/[^\p{L}\d]/gu, '');

const BAD = new Set(['failures', 'errors', 'failed', 'failure', 'error']);

/** Other names for the number of tests that did not pass: `fail`, `failed-tests`, `crashes`, `unexpected`. */
const OTHER_BAD =
  /fail|error|crash|abort|broke|panic|interrupt|killed|unsuccess|unexpected|timeouts|timedout/;
/** Settings, rates and what is expected to fail. */
const NO_COUNT =
  /(?<!un)expect|known|max|min|limit|thresh|rate|ratio|percent|allow|retr|flak|rerun|ignor|level|message|^(?:is|has)|^(?:fail|error|crash|abort|break)(?:on|if|fast|when)|^on/;

const isOtherBad = (name: string) => OTHER_BAD.test(name) && !NO_COUNT.test(name);

/** Failures and errors, in any spelling. Of other names for them, the largest number counts. */
function badOf({ attributes }: XmlElement): number {
  let sum = 0;
  let most = 0;
  for (const [name, value] of attributes) {
    const text = value.trim();
    if (!COUNT.test(text)) continue;
    const key = name.slice(name.lastIndexOf(':') + 1).toLowerCase();
    if (BAD.has(key)) sum += numberIn(text);
    else if (isOtherBad(key)) most = Math.max(most, numberIn(text));
  }
  return Math.max(sum, most);
}

/** An attribute of a suite that should count tests, failures or errors, and is not understood: `failures="-1"`. */
export function unclearIn({ attributes }: XmlElement): string | undefined {
  for (const [name, value] of attributes) {
    const key = name.toLowerCase();
    if (key !== 'tests' && !BAD.has(key)) continue;
    const text = value.trim();
    if (COUNT.test(text) || saysNothing(text) || /^(?:true|yes)$/i.test(text)) continue;
    return `${name}="${text.slice(0, 50)}"`;
  }
  return undefined;
}

/** Other names for the number of tests, or of those that ran. If they differ, the largest number counts. */
const TESTS = new RegExp(
  [
    /^(?:tests|total|count|cases|size|expected|planned|executed|ran|completed|finished)$/,
    /^(?:passed|succeeded|successful|successes)$/,
    /^(?:num|number|total|planned|expected|executed)?(?:of)?(?:tests|cases|testcases)(?:run|ran|count|total|executed|planned|expected|passed)?$/,
    /^(?:test|case|testcase)(?:count|total)$|^total(?:count|test)$/,
  ]
    .map(({ source }) => source)
    .join('|'),
);

function testsOf({ attributes }: XmlElement): number {
  let most = 0;
  for (const [name, value] of attributes) {
    const text = value.trim();
    if (COUNT.test(text) && TESTS.test(plainName(name))) most = Math.max(most, numberIn(text));
  }
  return most;
}

export function statedBy(suite: XmlElement): Stated {
  const counts = ['skipped', 'skips', 'skip', 'disabled', 'ignored', 'notrun'].map((name) =>
    countOf(suite, name),
  );
  return {
    tests: testsOf(suite),
    bad: badOf(suite),
    skipped: Math.max(...counts),
    notRun: counts.reduce((sum, count) => sum + count, 0),
  };
}

/** The attributes of a suite, in the order in which these tools write them. */
const PYTEST = 'name errors failures skipped tests time timestamp hostname';
const NEWMAN = 'name id timestamp tests failures errors time';
const DOCTEST = /^name errors failures tests(?: time timestamp)?$/;

/**
 * Whether `tests` counts something else than test cases, so that a larger number does not show that some are missing:
 * subtests (pytest), requests (Newman), or assertions (Catch2, doctest, QUnit, Nightwatch). These tools write their
 * report at the end of a run.
 * @param asserted the sum of what the test cases say about their assertions
 */
export function countsOtherThings(suite: XmlElement, asserted: number): boolean {
  if (isOfSuchTool(suite)) return true;
  const suites = suite.children.filter(isSuite);
  if (suites.length > 0 && suites.every(isOfSuchTool)) return true;
  return asserted >= testsOf(suite) && !suite.attributes.has('assertions');
}

function isOfSuchTool(suite: XmlElement): boolean {
  const { attributes } = suite;
  if (attributes.get('hostname') === 'tbd') return true; // Catch2
  const names = [...attributes.keys()].join(' ');
  return names === PYTEST || names === NEWMAN || (DOCTEST.test(names) && hasDoctestCases(suite));
}

/** doctest imitates test cases of GoogleTest, whose suites have other attributes. */
const hasDoctestCases = ({ children }: XmlElement) =>
  children.length > 0 && children.every(({ attributes }) => attributes.get('status') === 'run');

/** What a test case says about the number of its assertions. */
export const assertionsOf = (test: XmlElement) =>
  Math.max(countOf(test, 'assertions'), countOf(test, 'tests'));
