import { counted } from '../../../shared/text.js';
import type { NamesOfTests, Note, TestSummary } from '../../kind.js';
import type { XmlElement } from '../../xml-element.js';
import {
  isAnywhere,
  isOutsideTests,
  NAMELESS,
  type Outcome,
  TestTally,
  UnknownOutcomes,
} from '../common/tests.js';
import { assertionsOf, countsOtherThings, type Stated, statedBy } from './attributes.js';
import { Doubts } from './doubts.js';
import { isSuite, nameOf } from './elements.js';
import { signsOf, worstOf } from './signs.js';
import { meaningOf } from './status.js';
import {
  attemptsOf,
  durationOf,
  isFlaky,
  isNameless,
  type Judgement,
  judge,
  messageOf,
  problemsOf,
  shorten,
} from './testcase.js';

/** What an element and everything below it has. */
interface Tally {
  tests: number;
  bad: number;
  /** Reported problems, of which a test can have several. */
  problems: number;
  skipped: number;
  /** Attempts of tests that were repeated. */
  attempts: number;
  asserted: number;
}

const none = (): Tally => ({
  tests: 0,
  bad: 0,
  problems: 0,
  skipped: 0,
  attempts: 0,
  asserted: 0,
});

/** A reason has room for 300 characters in all. */
const IN_REASON = 60;

const nameIn = (suite = '', length = 200) =>
  suite ? `suite ${JSON.stringify(shorten(suite).slice(0, length))}` : 'report';

function add(to: Tally, more: Tally): void {
  for (const key of Object.keys(to) as (keyof Tally)[]) to[key] += more[key];
}

/** The name of a file: Vitest reports one that did not load as a test of its own. */
const FILE = /^\S*\.[a-z]{1,5}$/i;

/** The class of a test. mocha-junit-reporter writes the name of a hook there. */
function classOf({ attributes }: XmlElement): string | undefined {
  const name = attributes.get('classname');
  return name && isOutsideTests(name) ? undefined : name;
}

/** Whether an entry is a failed class, file or hook. pytest writes no class for a file that did not load. */
function isOutside(
  { attributes }: XmlElement,
  name: string,
  { outcome, message }: Judgement,
): boolean {
  const [own = '', group] = [attributes.get('name'), attributes.get('classname')];
  if (outcome === 'passed') return false;
  // Node reports a file that ended early as a test with this message.
  if (isAnywhere(name) && (group !== 'test' || message === 'test failed')) return true;
  if (outcome === 'error' && (group === '' || (own === group && FILE.test(own)))) return true;
  return isOutsideTests(own);
}

/**
 * Tests with an empty name that ended: Jest and others allow one. Their suite has a name and counts them. That of an
 * interrupted run of pytest counts one test less than it has, and that test has no attribute for its name.
 */
function blankIn(suite: XmlElement): XmlElement[] {
  const tests = suite.children.filter((child) => nameOf(child) === 'testcase');
  const isCounted = statedBy(suite).tests >= tests.length;
  if (!isCounted || !suite.attributes.get('name')?.trim()) return [];
  return tests.filter((test) => test.attributes.has('name') && isNameless(test));
}

/**
 * Counts test cases, and believes the attributes of suites where they are worse: a suite that failed outside its tests,
 * and a report that was cut, have fewer cases than they state. Of nested suites the larger count is taken, because an
 * outer suite states the sum of its inner ones.
 */
export class Count {
  private readonly total = new TestTally();
  /** Whether tests of a name passed (1), failed (2) or both (3). */
  private readonly ends = new Map<string, number>();
  /** Tests with an empty name that ended. */
  private readonly blank = new Set<XmlElement>();
  readonly contradictions: Note[] = [];
  /** Tests that a suite states, but that are not there. */
  missing = 0;
  /** Tests that began, and ended before their names were written: the run was interrupted. */
  nameless = 0;
  readonly doubts = new Doubts();
  readonly unknown = new UnknownOutcomes();

  suite(suite: XmlElement, name: string | undefined): Tally {
    this.total.inside(name);
    for (const test of blankIn(suite)) this.blank.add(test);
    const tally = this.children(suite, name);
    const signs = signsOf(suite);
    const problem = worstOf(signs);
    // A suite that fails outside its tests, for example in its set-up, has no test case for the failure.
    if (problem)
      add(tally, this.record('error', name ?? '', messageOf(problem), problemsOf(signs)));
    else {
      const { failed, unknown } = meaningOf(suite, signs);
      if (unknown) this.doubts.inPlace(unknown, nameIn(name, IN_REASON));
      if (failed && tally.bad === 0) add(tally, this.record('error', name ?? '', failed));
    }
    this.doubts.inSuite(suite, signs, nameIn(name, IN_REASON), tally.tests - tally.skipped);
    this.compare(suite, name, tally);
    return tally;
  }

  /** Adds what the attributes of a suite state in addition to its elements. */
  private compare(suite: XmlElement, name: string | undefined, found: Tally): void {
    const stated = statedBy(suite);
    const bad = stated.bad - Math.max(found.bad, found.problems) - found.attempts;
    if (bad > 0) {
      const what = `reports ${counted(bad, 'failure')} or errors that no test case shows`;
      this.contradict(name, what);
      this.total.unnamed += bad;
      add(found, this.record('error', name ?? '', `The suite ${what}`, bad, bad));
    }
    this.compareSkipped(stated, name, found);
    const missing = stated.tests - found.tests - found.attempts;
    if (missing <= 0) return;
    if (countsOtherThings(suite, found.asserted)) {
      this.doubts.others = Math.max(this.doubts.others, missing);
      return;
    }
    this.missing += missing;
    found.tests += missing;
    this.contradict(name, `has ${counted(missing, 'test case')} fewer than it states`);
  }

  /** Skipped tests may be counted without being listed. If a suite states that all were skipped, none of them ran. */
  private compareSkipped(stated: Stated, name: string | undefined, found: Tally): void {
    const more = stated.skipped - found.skipped;
    const passed = Math.min(found.tests - found.bad - found.skipped, this.total.outcomes.passed);
    if (more > 0 && passed > 0 && stated.skipped >= Math.max(stated.tests, found.tests)) {
      this.total.outcomes.passed -= passed;
      this.total.outcomes.skipped += passed;
      found.skipped += passed;
      this.contradict(name, 'states that its tests were skipped');
    }
    const unlisted = Math.min(stated.tests - found.tests, stated.notRun - found.skipped);
    const skipped = Math.max(unlisted, stated.skipped - found.skipped);
    if (skipped <= 0) return;
    this.total.outcomes.skipped += skipped;
    add(found, { ...none(), tests: skipped, skipped });
  }

  private contradict(name: string | undefined, what: string): void {
    this.contradictions.push({ message: `The ${nameIn(name)} ${what}` });
  }

  /** Suites and test cases may nest to any depth, up to the limit of `readXml`. */
  private children(element: XmlElement, name: string | undefined): Tally {
    const tally = none();
    for (const child of element.children) {
      if (nameOf(child) === 'testcase') add(tally, this.test(child, name));
      else if (isSuite(child)) add(tally, this.suite(child, child.attributes.get('name') || name));
      // Tools put suites and cases into elements of their own.
      else if (child.children.length > 0) add(tally, this.children(child, name));
    }
    return tally;
  }

  private test(test: XmlElement, suite: string | undefined): Tally {
    const group = classOf(test) || suite;
    const didEnd = this.blank.has(test) || !isNameless(test);
    const own = didEnd ? (test.attributes.get('name') ?? '') : this.namelessTest();
    const name = group ? `${group} > ${own}` : own;
    this.total.seconds += durationOf(test.attributes.get('time'));
    const signs = signsOf(test);
    const judgement = judge(test, signs, didEnd);
    const { outcome, message } = judgement;
    if (outcome === 'unknown') this.unknown.add(name, message);
    this.end(name, outcome);
    if (outcome !== 'skipped' && !isOutside(test, name, judgement))
      this.total.ran(shorten(name), group, suite, test.attributes.get('file'));
    const tally = this.record(outcome, name, message, problemsOf(signs));
    if (judgement.asSkipped) tally.skipped += 1;
    tally.asserted = assertionsOf(test);
    tally.attempts = attemptsOf(test);
    if (outcome === 'passed' && isFlaky(test)) this.doubts.flaky += 1;
    add(tally, this.children(test, suite));
    return tally;
  }

  private namelessTest(): string {
    this.nameless += 1;
    return this.nameless > 1 ? `${NAMELESS} (${this.nameless})` : NAMELESS;
  }

  private end(name: string, outcome: Outcome): void {
    if (outcome === 'skipped' || outcome === 'unknown') return;
    const end = outcome === 'passed' ? 1 : 2;
    const known = this.ends.get(name) ?? 0;
    this.ends.set(name, known | end);
    if (known !== 3 && (known | end) === 3) {
      const test = JSON.stringify(shorten(name).slice(0, 200));
      const message = `The test ${test} is there more than once: it failed and it passed. The failure counts`;
      this.contradictions.push({ message });
    }
  }

  private record(outcome: Outcome, name: string, message: string, problems = 1, tests = 1): Tally {
    this.total.outcomes[outcome] += tests;
    const isBad = outcome === 'failed' || outcome === 'error';
    if (isBad) this.total.report({ name: shorten(name), message: shorten(message) });
    return {
      ...none(),
      tests,
      ...(isBad && { bad: tests, problems }),
      ...(outcome === 'skipped' && { skipped: tests }),
    };
  }

  summary(): TestSummary {
    return { ...this.total.summary(), ...(this.missing > 0 && { missing: this.missing }) };
  }

  get names(): NamesOfTests {
    return this.total.names;
  }
}
