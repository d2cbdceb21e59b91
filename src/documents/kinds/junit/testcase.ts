import type { XmlElement } from '../../xml-element.js';
import type { Outcome } from '../common/tests.js';
import { childOf, nameOf } from './elements.js';
import { type Signs, worstOf } from './signs.js';
import { failureIn, meaningOf } from './status.js';

const MAX_TEXT = 2000;

/** Names of problems after which a test did not finish. */
const ERROR = /error|exception|crash|abort|time|fatal|panic|kill|interrupt/;
const SKIPPED = ['skipped', 'ignored', 'disabled', 'pending', 'notrun'];
/** Maven's reports of attempts that failed before one passed. */
const FLAKY = ['flakyfailure', 'flakyerror'];

/** Number of reported problems. A test case can have several, for example one for each assertion. */
export const problemsOf = ({ problems }: Signs) =>
  problems.filter((problem) => !/^rerun/.test(nameOf(problem))).length;

export const isFlaky = (test: XmlElement) => childOf(test, FLAKY) !== undefined;

/** Number of attempts that Maven reports besides the last one. Its suites count each attempt as a test. */
export const attemptsOf = ({ children }: XmlElement) =>
  children.filter((child) => /^(?:flaky|rerun)(?:failure|error)$/.test(nameOf(child))).length;

export interface Judgement {
  readonly outcome: Outcome;
  /** What a test that did not pass reports. Of an unknown outcome: what is not known. */
  readonly message: string;
  /** Whether its suite counts the test as skipped. */
  readonly asSkipped?: boolean;
}

/**
 * pytest names a test when it ends. If it is interrupted, it writes one that has nothing but a time. An empty name is
 * none.
 */
export const isNameless = ({ attributes, children }: XmlElement) =>
  children.length === 0 &&
  [...attributes].every(([name, value]) => name === 'time' || value.trim() === '');

/** Why CTest skips a test on purpose. */
const MEANT = /^(?:SKIP_|Disabled$|$)/i;

/**
 * Why CTest could not run a test: its program was not built, a file is missing, or a fixture failed. CTest fails, and
 * its report calls the test skipped. Other tools write their word for a skipped test into `result`.
 */
function notStarted(test: XmlElement): string | undefined {
  const { attributes } = test;
  if (attributes.get('status') !== 'notrun' || attributes.has('result')) return undefined;
  const why = childOf(test, ['skipped'])?.attributes.get('message')?.trim() ?? '';
  return MEANT.test(why) ? undefined : `The test did not start: ${why}`;
}

/** The worst outcome that a test case reports. The order is error, failure, skipped, passed. */
export function judge(test: XmlElement, signs: Signs, didEnd = !isNameless(test)): Judgement {
  const problem = worstOf(signs);
  if (!didEnd) return { outcome: 'error', message: 'The test began and did not end' };
  // Node runs tests that are to be written, and they may fail.
  if (childOf(test, SKIPPED)?.attributes.get('type') === 'todo')
    return { outcome: 'skipped', message: '' };
  if (problem) {
    const outcome = ERROR.test(nameOf(problem)) ? 'error' : 'failed';
    return { outcome, message: messageOf(problem) };
  }
  const unstarted = notStarted(test);
  if (unstarted) return { outcome: 'error', message: shorten(unstarted), asSkipped: true };
  const meaning = meaningOf(test, signs);
  const failed = meaning.failed ?? failureIn(test);
  if (failed) return { outcome: 'failed', message: failed };
  if (meaning.unknown) return { outcome: 'unknown', message: meaning.unknown };
  const isSkipped = meaning.skipped || childOf(test, SKIPPED);
  return { outcome: isSkipped ? 'skipped' : 'passed', message: '' };
}

/** Cuts a text to the maximum length, but not in the middle of a character. */
export function shorten(text: string): string {
  const start = text.trim().slice(0, MAX_TEXT);
  return start.isWellFormed() ? start : start.replace(/[\ud800-\udbff]$/, '');
}

/** The attribute `message`, else the text, else the type. */
export function messageOf(problem: XmlElement): string {
  const { attributes, text } = problem;
  return shorten(attributes.get('message')?.trim() || text.trim() || attributes.get('type') || '');
}

/**
 * @param time may have grouped thousands (Maven writes "1,234.5") or a decimal comma
 * @returns seconds, or 0 if the text is not a duration
 */
export function durationOf(time: string | undefined): number {
  const text = time?.trim() ?? '';
  if (text.length > 40) return 0;
  const grouped = /^[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?$/.test(text);
  const number = grouped ? text.replaceAll(',', '') : text.replace(',', '.');
  return /^\d*\.?\d+(?:e[+-]?\d{1,2})?$|^\d+\.$/i.test(number) ? Number(number) : 0;
}
