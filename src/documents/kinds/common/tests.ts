import type { FailedTest, TestSummary } from '../../kind.js';

export type Outcome = 'passed' | 'failed' | 'error' | 'skipped';

/** Maximum number of failed tests that a summary names. */
const MAX_FAILED = 100;

/** Adds up the tests of a report. */
export class TestTally {
  readonly outcomes: Record<Outcome, number> = { passed: 0, failed: 0, error: 0, skipped: 0 };
  /** Duration of all tests. */
  seconds = 0;
  /** The tests that ran, and the classes, suites and packages that they are in. */
  readonly names = new Set<string>();
  readonly #failed: FailedTest[] = [];

  /** @param groups its class, suite or package */
  ran(name: string, ...groups: (string | undefined)[]): void {
    this.names.add(name);
    for (const group of groups) if (group) this.names.add(group);
  }

  /** Names a test that failed. It is counted apart. */
  report(test: FailedTest): void {
    if (this.#failed.length < MAX_FAILED) this.#failed.push(test);
  }

  summary(): TestSummary {
    const { passed, failed, error, skipped } = this.outcomes;
    return {
      tests: passed + failed + error + skipped,
      passed,
      failures: failed,
      errors: error,
      skipped,
      // Rounds the error of adding fractions away.
      durationSeconds: Math.round(this.seconds * 1e6) / 1e6,
      failed: this.#failed,
    };
  }
}
