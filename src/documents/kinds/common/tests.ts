import type { FailedTest, NamesOfTests, TestSummary } from '../../kind.js';

/** `unknown`: the report has a word or an element about the test whose meaning is not known. It may have failed. */
export type Outcome = 'passed' | 'failed' | 'error' | 'skipped' | 'unknown';

/** Maximum number of failed tests that a summary names. */
const MAX_FAILED = 100;

/** Entries that runners add for a class or file that failed outside its tests. */
const OUTSIDE =
  /^$|^(?:initializationError|executionError|classMethod)$|"(?:before|after) (?:each|all)" hook/i;

export const isOutsideTests = (name: string) => OUTSIDE.test(name.trim());

/** How a test is called that began, and ended before its name was written. */
export const NAMELESS = 'a test without a name';

/** pytest's own crash, a file that Jest or Node could not run, Mocha's hooks for all files, a test without a name. */
const ANYWHERE = new RegExp(
  [
    /^pytest > internal$/,
    /^Test suite failed to run > /,
    /^test > (?:[a-z]:)?[/\\]\S*\.[cm]?[jt]sx?$/,
    /"(?:before|after) (?:each|all)" hook in "\{root\}"/,
    /(?:^|> )a test without a name(?: \(\d+\))?$/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'i',
);

/** Whether a failure is outside of tests, and the report of a complete run does not name where. */
export const isAnywhere = (name: string) => ANYWHERE.test(name.trim());

const AFTER = /"after (?:each|all)" hook/i;

/** Whether all tests of its place have run when it fails. */
export const isAfterTests = (name: string) => AFTER.test(name);

/** Tests of which it is not known how they ended. */
export class UnknownOutcomes {
  count = 0;
  private first: string | undefined;
  /** The attribute or element of the first, without its value. */
  private name = '';

  /** @param word what is not known, such as `status="purple"` */
  add(test: string, word: string): void {
    this.count += 1;
    if (this.first !== undefined) return;
    this.first = `${word.slice(0, 70)} of ${JSON.stringify(test.slice(0, 80))}`;
    this.name = word.replace(/="[\s\S]*/, '').slice(0, 40);
  }

  /** Why the report does not count. Continues "does not count: ". Undefined if all outcomes are known. */
  reason(): string | undefined {
    if (this.first === undefined) return undefined;
    const more = this.count > 1 ? ` (${this.count} tests in all)` : '';
    const advice = `Upload it without ${this.name}, or with an outcome that is known`;
    return `${this.first} is not known, so the test may have failed${more}. ${advice}`;
  }
}

/** Adds up the tests of a report. */
export class TestTally {
  readonly outcomes: Record<Outcome, number> = {
    passed: 0,
    failed: 0,
    error: 0,
    skipped: 0,
    unknown: 0,
  };
  /** Duration of all tests. */
  seconds = 0;
  /** Failures that only a count tells. */
  unnamed = 0;
  readonly #tests = new Set<string>();
  readonly #groups = new Set<string>();
  readonly #times = new Map<string, number>();
  readonly #failed: FailedTest[] = [];
  readonly #failedNames = new Set<string>();

  /**
   * Names a test that ran, before its failure is reported. Of tests with one name, each counts. After a failure, the
   * same name is another attempt, or the teardown of the test: a run that passes does not have it.
   * @param groups its class, suite, file or package
   */
  ran(name: string, ...groups: (string | undefined)[]): void {
    const nth = (this.#times.get(name) ?? 0) + 1;
    this.#times.set(name, nth);
    if (nth === 1 || !this.#failedNames.has(name))
      this.#tests.add(nth > 1 ? `${name}\n${nth}` : name);
    for (const group of groups) this.inside(group);
    // A hook of a group fails as a test with the name of the group.
    const parts = name.split(' > ');
    for (let n = 2; n < parts.length; n += 1) this.#groups.add(parts.slice(0, n).join(' > '));
  }

  /** A module that did not load is reported by its own name, and later its classes are: `tests.test_cart.TestCart`. */
  inside(group = ''): void {
    for (let name = group; name; name = /^(.+)\.[A-Z][^.]*$/.exec(name)?.[1] ?? '')
      this.#groups.add(name);
  }

  get names(): NamesOfTests {
    return { tests: this.#tests, groups: this.#groups };
  }

  /** Names a test that failed. It is counted apart. */
  report(test: FailedTest): void {
    this.#failedNames.add(test.name);
    if (this.#failed.length < MAX_FAILED) this.#failed.push(test);
  }

  summary(): TestSummary {
    const { passed, failed, error, skipped, unknown } = this.outcomes;
    return {
      tests: passed + failed + error + skipped + unknown,
      passed,
      failures: failed,
      errors: error,
      skipped,
      ...(unknown > 0 && { unknown }),
      ...(this.unnamed > 0 && { unnamed: this.unnamed }),
      // Rounds the error of adding fractions away.
      durationSeconds: Math.round(this.seconds * 1e6) / 1e6,
      failed: this.#failed,
    };
  }
}
