import type { TestSummary } from '../../kind.js';
import { TestTally } from '../common/tests.js';
import type { TestEvent } from './events.js';

const MAX_OUTPUT = 2000;

/** A package while its tests run. */
interface Running {
  /** The output of each test that has begun and not ended. */
  readonly tests: Map<string, string>;
  failed: number;
  output: string;
}

/** Lines that say nothing about a failure. */
const NOISE = /^(?:=== (?:RUN|PAUSE|CONT|NAME) |\s*--- |FAIL\t|FAIL$)/;

const append = (output: string, more = '') =>
  output.length >= MAX_OUTPUT || NOISE.test(more) ? output : output + more;

const nameOf = (name: string, test: string) => (name ? `${name} > ${test}` : test);

/** Follows the events of a run, package by package. Packages run at the same time, so their events are mixed. */
export class Run {
  private readonly tally = new TestTally();
  private readonly running = new Map<string, Running>();
  /** Output of builds that failed, and whether a package reported it. */
  private readonly builds = new Map<string, { output: string; failed: boolean }>();
  readonly packages = new Set<string>();
  /** Packages that began and did not end. */
  readonly unfinished = new Set<string>();
  /** Tests without an end in packages that passed. */
  swallowed = 0;
  at: string | undefined;

  event(event: TestEvent): void {
    const { Action: action, Package: name, Test: test, Output: output, Time: time } = event;
    if (time !== undefined && (this.at === undefined || time < this.at)) this.at = time;
    if (action.startsWith('build-')) {
      this.build(event);
      return;
    }
    if (action === 'start' && this.running.delete(name)) this.unfinished.add(name);
    // What a package prints after its end does not begin it again.
    if (action === 'output' && this.packages.has(name) && !this.running.has(name)) return;
    const own = this.open(name);
    if (test === undefined) {
      if (action === 'output') own.output = append(own.output, output);
      else if (/^(?:pass|fail|skip)$/.test(action)) this.close(event, own);
    } else if (action === 'run') own.tests.set(test, '');
    else if (action === 'output') {
      const known = own.tests.get(test);
      if (known !== undefined) own.tests.set(test, append(known, output));
    } else this.end(event, test, own);
  }

  private open(name: string): Running {
    this.packages.add(name);
    const known = this.running.get(name);
    if (known) return known;
    const fresh: Running = { tests: new Map(), failed: 0, output: '' };
    this.running.set(name, fresh);
    return fresh;
  }

  private end(
    { Action: action, Package: name, Elapsed = 0 }: TestEvent,
    test: string,
    own: Running,
  ) {
    const output = own.tests.get(test) ?? '';
    if (action === 'pass' || action === 'bench') this.tally.outcomes.passed += 1;
    else if (action === 'skip') this.tally.outcomes.skipped += 1;
    else if (action === 'fail') {
      this.tally.outcomes.failed += 1;
      own.failed += 1;
      this.report(nameOf(name, test), output);
    } else return;
    if (action !== 'skip') this.tally.ran(nameOf(name, test), name);
    own.tests.delete(test);
    // The time of a test includes its subtests.
    if (!test.includes('/')) this.tally.seconds += Math.max(Elapsed, 0) || 0;
  }

  private close({ Action: action, Package: name, FailedBuild: build }: TestEvent, own: Running) {
    this.running.delete(name);
    this.unfinished.delete(name);
    if (action !== 'fail') {
      // A test that prints a line without its end hides its own result. The package's result includes it.
      this.swallowed += own.tests.size;
      this.tally.outcomes.passed += own.tests.size;
      return;
    }
    for (const [test, output] of own.tests)
      this.error(nameOf(name, test), `did not end\n${output}`);
    if (own.failed + own.tests.size > 0) return;
    const failedBuild = this.builds.get(build ?? name);
    if (failedBuild) failedBuild.failed = false;
    this.error(name, failedBuild?.output || own.output || 'The package failed outside its tests');
  }

  private build({ Action: action, Package: name, Output: output }: TestEvent): void {
    const known = this.builds.get(name) ?? { output: '', failed: false };
    known.output = append(known.output, output);
    known.failed ||= action === 'build-fail';
    this.builds.set(name, known);
  }

  error(name: string, message: string): void {
    this.tally.outcomes.error += 1;
    this.report(name, message);
  }

  private report(name: string, message: string): void {
    this.tally.report({ name: name.slice(0, MAX_OUTPUT), message: message.trim() });
  }

  /** To call after the last event: packages without an end, and builds that no package reported. */
  finish(): void {
    for (const [name, own] of this.running) {
      this.unfinished.add(name);
      for (const [test, output] of own.tests)
        this.error(nameOf(name, test), `did not end\n${output}`);
    }
    for (const [name, { output, failed }] of this.builds) if (failed) this.error(name, output);
  }

  summary(): TestSummary {
    return this.tally.summary();
  }

  /** Of the tests that ran, and of their packages. */
  get names(): ReadonlySet<string> {
    return this.tally.names;
  }
}
