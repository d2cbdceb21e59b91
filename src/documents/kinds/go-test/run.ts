import type { NamesOfTests, TestSummary } from '../../kind.js';
import { earliestOf, type Timed } from '../common/instants.js';
import { TestTally } from '../common/tests.js';
import { isKnownAction, type TestEvent } from './events.js';

const MAX_OUTPUT = 2000;
const MAX_UNKNOWN = 20;

/** The name of what failed outside of all packages. */
export const OUTSIDE = 'go test';

/** A package while its tests run. */
interface Running {
  /** The output of each test that has begun and not ended. */
  readonly tests: Map<string, string>;
  readonly ended: Set<string>;
  /** Results that stand in a line after the output of a test, so that Go wrote no event for them. */
  readonly hidden: Map<string, 'passed' | 'skipped'>;
  failed: number;
  output: string;
}

/** Lines that say nothing about a failure. */
const NOISE = /^(?:=== (?:RUN|PAUSE|CONT|NAME) |\s*--- |FAIL\t|FAIL$)/;

const append = (output: string, more = '') =>
  output.length >= MAX_OUTPUT || NOISE.test(more) ? output : output + more;

/** `prints without an end of line--- PASS: TestA (0.00s)` */
const HIDDEN = /--- (PASS|SKIP): (\S{1,1000})/;

/** Go writes no event for the end of a benchmark that logs nothing. */
const isBenchmark = (test: string) => test.startsWith('Benchmark');

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
  /** Tests without an event for their end in packages that passed. */
  swallowed = 0;
  /** Actions that Go does not document. */
  readonly unknown = new Set<string>();
  /** The earliest time of an event. */
  time: Timed = {};
  private lastTime: string | undefined;

  event(event: TestEvent): void {
    const { Action: action, Package: name, Test: test, Output: output, Time: time } = event;
    if (time !== undefined && time !== this.lastTime) {
      this.lastTime = time;
      const { at, unreadTime } = earliestOf([this.time.at, time]);
      const unread = this.time.unreadTime ?? unreadTime;
      this.time = { ...(at && { at }), ...(unread && { unreadTime: unread }) };
    }
    if (action.startsWith('build-')) {
      this.build(event);
      return;
    }
    if (!isKnownAction(action) && this.unknown.size < MAX_UNKNOWN) this.unknown.add(action);
    if (action === 'start' && this.running.delete(name)) this.unfinished.add(name);
    // What a package prints after its end does not begin it again.
    if (action === 'output' && this.packages.has(name) && !this.running.has(name)) return;
    const own = this.open(name);
    if (action === 'output') this.findHidden(own, output);
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
    const fresh: Running = {
      tests: new Map(),
      ended: new Set(),
      hidden: new Map(),
      failed: 0,
      output: '',
    };
    this.running.set(name, fresh);
    return fresh;
  }

  private findHidden(own: Running, output = ''): void {
    const [whole, word, test = ''] = HIDDEN.exec(output) ?? [];
    if (whole === undefined) return;
    const before = output.slice(0, output.indexOf(whole));
    const isAlone = before.slice(before.lastIndexOf('\n') + 1).trim() === '';
    if (!isAlone) own.hidden.set(test, word === 'PASS' ? 'passed' : 'skipped');
  }

  private end(
    { Action: action, Package: name, Elapsed = 0 }: TestEvent,
    test: string,
    own: Running,
  ) {
    const output = own.tests.get(test) ?? '';
    if (/^(?:pass|bench|fail)$/.test(action)) this.tally.ran(nameOf(name, test), name);
    if (action === 'pass' || action === 'bench') this.tally.outcomes.passed += 1;
    else if (action === 'skip') this.tally.outcomes.skipped += 1;
    else if (action === 'fail') {
      this.tally.outcomes.failed += 1;
      own.failed += 1;
      this.report(nameOf(name, test), output);
    } else {
      // Whatever it means, it is not an end: a test that has none did not end well.
      if (!isKnownAction(action) && !own.ended.has(test)) own.tests.set(test, output);
      return;
    }
    own.tests.delete(test);
    own.ended.add(test);
    // The time of a test includes its subtests.
    if (!test.includes('/')) this.tally.seconds += Math.max(Elapsed, 0) || 0;
  }

  private close({ Action: action, Package: name, FailedBuild: build }: TestEvent, own: Running) {
    this.running.delete(name);
    this.unfinished.delete(name);
    // A package without test files.
    if (action === 'skip') this.tally.inside(name);
    if (action !== 'fail') {
      for (const [test, output] of own.tests) this.swallow(name, test, output, own);
      if (build) this.error(name, `ended with ${action}, although its build failed: ${build}`);
      return;
    }
    for (const [test, output] of own.tests) this.endless(name, test, `did not end\n${output}`);
    if (own.failed + own.tests.size > 0) return;
    const failedBuild = this.builds.get(build ?? name);
    if (failedBuild) failedBuild.failed = false;
    this.error(name, failedBuild?.output || own.output || 'The package failed outside its tests');
  }

  /** A test that prints a line without its end hides its own result. Any other test without a result did not end. */
  private swallow(name: string, test: string, output: string, { hidden }: Running): void {
    const outcome = hidden.get(test) ?? (isBenchmark(test) ? 'passed' : undefined);
    if (outcome === undefined) {
      this.endless(name, test, `did not end, although its package passed\n${output}`);
      return;
    }
    this.swallowed += 1;
    this.tally.outcomes[outcome] += 1;
    if (outcome === 'passed') this.tally.ran(nameOf(name, test), name);
  }

  private build({ Action: action, Package: name, Output: output }: TestEvent): void {
    const known = this.builds.get(name) ?? { output: '', failed: false };
    known.output = append(known.output, output);
    known.failed ||= action === 'build-fail';
    this.builds.set(name, known);
  }

  private endless(name: string, test: string, message: string): void {
    this.tally.ran(nameOf(name, test), name);
    this.error(nameOf(name, test), message);
  }

  error(name: string, message: string): void {
    this.tally.outcomes.error += 1;
    this.report(name, message);
  }

  private report(name: string, message: string): void {
    const shown = name.slice(0, MAX_OUTPUT) || 'a package without a name';
    this.tally.report({ name: shown, message: message.trim() });
  }

  /** To call after the last event: packages without an end, and builds that no package reported. */
  finish(): void {
    for (const [name, own] of this.running) {
      this.unfinished.add(name);
      for (const [test, output] of own.tests) this.endless(name, test, `did not end\n${output}`);
    }
    // A package of which no test is known has tests in a later report, or no test files.
    const { groups } = this.tally.names;
    for (const name of this.unfinished) if (name && !groups.has(name)) this.tally.ran(name);
    for (const [name, { output, failed }] of this.builds) if (failed) this.error(name, output);
  }

  summary(): TestSummary {
    return this.tally.summary();
  }

  get names(): NamesOfTests {
    const { tests, groups } = this.tally.names;
    return { tests, groups: new Set([...groups, OUTSIDE]) };
  }
}
