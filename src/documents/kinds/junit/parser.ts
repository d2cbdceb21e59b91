import { DocumentFault } from '../../fault.js';
import type { DocumentParser, FailedTest, TestSummary } from '../../kind.js';
import type { XmlElement } from '../../xml-element.js';
import { covered } from '../common/coverage.js';
import { durationOf, messageOf, type Outcome, outcomeOf, problemOf, shorten } from './testcase.js';

const ROOTS = ['testsuites', 'testsuite'];
const MAX_FAILED = 100;

/** Root names that identify a test runner. */
const RUNNERS = /^(vitest|jest|pytest)(?: tests)?$/;

/** Only an element from `readXml` has a map. A JSON document does not. */
function isElement(document: unknown): document is XmlElement {
  return (
    typeof document === 'object' &&
    document !== null &&
    'attributes' in document &&
    document.attributes instanceof Map
  );
}

/** Counts test cases, because the counts in attributes are often wrong: for shards, retries and crashes. */
class Count {
  private readonly outcomes: Record<Outcome, number> = {
    passed: 0,
    failed: 0,
    error: 0,
    skipped: 0,
  };
  private readonly failed: FailedTest[] = [];
  private tests = 0;
  private seconds = 0;

  suite(suite: XmlElement, name: string | undefined): void {
    this.children(suite, name);
    // A suite that fails outside its tests, for example in its set-up, has no test case for the failure.
    if (problemOf(suite)) this.add(suite, 'error', name ?? '');
  }

  /** Suites and test cases may nest to any depth, up to the limit of `readXml`. */
  private children(element: XmlElement, name: string | undefined): void {
    for (const child of element.children) {
      if (child.name === 'testcase') this.test(child, name);
      else if (ROOTS.includes(child.name)) this.suite(child, child.attributes.get('name') || name);
    }
  }

  private test(test: XmlElement, suite: string | undefined): void {
    const group = test.attributes.get('classname') || suite;
    const name = test.attributes.get('name') ?? '';
    this.seconds += durationOf(test.attributes.get('time'));
    this.add(test, outcomeOf(test), group ? `${group} > ${name}` : name);
    this.children(test, suite);
  }

  private add(element: XmlElement, outcome: Outcome, name: string): void {
    this.tests += 1;
    this.outcomes[outcome] += 1;
    const problem = problemOf(element);
    if (problem && this.failed.length < MAX_FAILED)
      this.failed.push({ name: shorten(name), message: messageOf(problem) });
  }

  summary(): TestSummary {
    const { passed, failed, error, skipped } = this.outcomes;
    return {
      tests: this.tests,
      passed,
      failures: failed,
      errors: error,
      skipped,
      // Rounds the error of adding fractions away.
      durationSeconds: Math.round(this.seconds * 1e6) / 1e6,
      failed: this.failed,
    };
  }
}

export const parser: DocumentParser = {
  version: 1,

  recognizes: (document) => isElement(document) && ROOTS.includes(document.name),

  parse(document) {
    if (!isElement(document)) throw new DocumentFault('must be an XML document');
    if (!ROOTS.includes(document.name)) {
      const found = document.name.slice(0, 100);
      throw new DocumentFault(`must have the root element testsuites or testsuite, not ${found}`);
    }
    const name = document.attributes.get('name');
    const count = new Count();
    count.suite(document, name);
    return {
      tool: RUNNERS.exec(name ?? '')?.[1],
      coverage: [covered('tests')],
      tests: count.summary(),
    };
  },
};
