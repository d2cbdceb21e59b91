import { counted } from '../../../shared/text.js';
import type { NamesOfTests, Note, TestSummary } from '../../kind.js';
import { localName, type XmlElement } from '../../xml-element.js';
import { type Outcome, TestTally, UnknownOutcomes } from '../common/tests.js';
import { OF_RESULT, unknownAttribute } from './attributes.js';
import { find } from './elements.js';

/** The element that counts what no result shows. */
export const SUMMARY = 'ResultSummary';

/**
 * The outcomes of Visual Studio. `Completed` is that of a test without an assessment, and `Warning` of a whole run. A
 * result without an outcome has the first of them, `Error`, and so has one with another word.
 */
const OUTCOMES: ReadonlyMap<string, Outcome> = new Map([
  ['Passed', 'passed'],
  ['Completed', 'unknown'],
  ['Warning', 'unknown'],
  ['Failed', 'failed'],
  ['NotExecuted', 'skipped'],
  ['Inconclusive', 'skipped'],
]);

const MAX_TEXT = 2000;
const MAX_NOTES = 1000;

/** `00:00:01.5000000`, with days before hours if there are any. */
export function secondsOf(duration: string | undefined): number {
  const match = /^(?:(\d{1,5})\.)?(\d{1,2}):(\d{1,2}):(\d{1,2}(?:\.\d{1,9})?)$/.exec(
    duration ?? '',
  );
  const [, days = 0, hours = 0, minutes = 0, seconds = 0] = match ?? [];
  return ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
}

/** What Visual Studio writes into a result besides its outcome. */
const PARTS =
  /^(?:output|errorinfo|innerresults|resultfiles|collectordataentries|tcminformation|properties|timers|datacollectors?|linkedresults?)$/i;

const OUTPUTS = /^(?:stdout|stderr|debugtrace|traceinfo|errorinfo|textmessages)$/i;

/** What a result has besides its outcome that is not known, or that no passed test has: `isAborted="true"`. */
function unknownIn(result: XmlElement): string | undefined {
  const part =
    result.children.find((child) => !PARTS.test(localName(child))) ??
    find(result, 'Output')
      .flatMap(({ children }) => children)
      .find((child) => !OUTPUTS.test(localName(child)));
  return part ? `<${localName(part).slice(0, 50)}>` : unknownAttribute(result, OF_RESULT);
}

const isResult = (element: XmlElement) => /Result(?:Aggregation)?$/i.test(localName(element));

const errorsOf = (result: XmlElement, name: string) =>
  [...find(result, 'Output', 'ErrorInfo', name), ...find(result, 'ErrorInfo', name)].flatMap(
    ({ text }) => text.trim() || [],
  );

function messageOf(result: XmlElement, outcome: string): string {
  const [message] = errorsOf(result, 'Message');
  return (message ?? `The outcome is ${outcome || 'missing'}`).slice(0, MAX_TEXT);
}

/** How messages of failures begin. NUnit writes a message also for a test that passed: `Assert.Pass("No errors")`. */
const FAILURE = /^\s*(?:assert\w*\.|expected\b|failed\b|error\b)|exception\b/i;

/** Whether a result says that its test passed, and has what only a failure has. */
const contradicts = (result: XmlElement) =>
  errorsOf(result, 'StackTrace').length > 0 ||
  errorsOf(result, 'Message').some((text) => FAILURE.test(text.slice(0, MAX_TEXT)));

const nameIn = (group: string, name: string) =>
  group && !name.startsWith(group) ? `${group} > ${name}` : name;

/** Counts results. A test with rows of data has a result with inner results: each of these is a test. */
export class Results {
  private readonly tally = new TestTally();
  readonly outcomes: Readonly<Record<Outcome, number>> = this.tally.outcomes;
  readonly unknown = new UnknownOutcomes();
  readonly contradictions: Note[] = [];
  private messages = 0;
  /** Whether a test has inner results. */
  hasInner = false;
  /** An element among the results that is not one. */
  other: string | undefined;
  /** Number of elements, of those with inner results also. */
  elements = 0;
  /** Ids of tests that have a result. */
  readonly ids = new Set<string>();
  /** Results that do not say which test they are of. */
  anonymous = 0;

  /** @param classes names of classes by the id of their tests */
  constructor(private readonly classes: ReadonlyMap<string, string>) {}

  add(element: XmlElement): void {
    for (const child of element.children) {
      if (isResult(child)) this.result(child);
      else this.other ??= localName(child).slice(0, 50);
    }
  }

  private result(result: XmlElement): void {
    this.elements += 1;
    const id = result.attributes.get('testId');
    if (id) this.ids.add(id);
    else this.anonymous += 1;
    const inner = find(result, 'InnerResults');
    const bad = this.bad;
    const before = this.elements;
    for (const results of inner) this.add(results);
    const outcome = result.attributes.get('outcome') ?? '';
    const end = this.endOf(result, OUTCOMES.get(outcome) ?? 'error', outcome);
    // The outcome of a test with inner results is theirs, unless it is worse.
    const isParent = this.elements > before;
    this.hasInner ||= isParent;
    if (isParent && (this.bad > bad || end === 'passed' || end === 'skipped')) return;
    this.record(result, end, outcome);
  }

  private endOf(result: XmlElement, end: Outcome, outcome: string): Outcome {
    if (end !== 'passed' && end !== 'unknown') return end;
    if (contradicts(result)) {
      const name = JSON.stringify(this.nameOf(result).slice(0, 200));
      const message = `The test ${name} has the outcome ${outcome}, and an error. The error counts`;
      if (this.contradictions.length < MAX_NOTES) this.contradictions.push({ message });
      return 'failed';
    }
    const odd = end === 'unknown' ? `the outcome ${outcome}` : unknownIn(result);
    if (odd !== undefined) {
      this.unknown.add(this.nameOf(result), odd);
      return 'unknown';
    }
    if (errorsOf(result, 'Message').length > 0) this.messages += 1;
    return end;
  }

  private get bad(): number {
    return this.outcomes.failed + this.outcomes.error;
  }

  private record(result: XmlElement, end: Outcome, outcome: string): void {
    this.tally.outcomes[end] += 1;
    this.tally.seconds += secondsOf(result.attributes.get('duration'));
    if (end === 'skipped') return;
    const name = this.nameOf(result);
    this.tally.ran(name, this.classOf(result));
    if (end === 'failed' || end === 'error') this.report(name, messageOf(result, outcome));
  }

  private classOf({ attributes }: XmlElement): string {
    return this.classes.get(attributes.get('testId') ?? '') ?? '';
  }

  private nameOf(result: XmlElement): string {
    return nameIn(this.classOf(result), result.attributes.get('testName') ?? '');
  }

  /** Errors that no result shows. */
  error(count: number, name: string, message: string): void {
    this.tally.outcomes.error += count;
    this.tally.unnamed += count;
    this.report(name, message);
  }

  private report(name: string, message: string): void {
    this.tally.report({ name: name.slice(0, MAX_TEXT), message });
  }

  /** A test that is defined and has no result: what ends with it is in a later report. */
  lacks(id: string, test: string): void {
    const group = this.classes.get(id) ?? '';
    this.tally.ran(nameIn(group, test), group);
  }

  warnings(): Note[] {
    const messages = counted(this.messages, 'test');
    return this.messages > 0
      ? [{ message: `${messages} with a message in ErrorInfo passed, by the outcome` }]
      : [];
  }

  summary(): TestSummary {
    return this.tally.summary();
  }

  get names(): NamesOfTests {
    const { tests, groups } = this.tally.names;
    return { tests, groups: new Set([...groups, SUMMARY]) };
  }
}
