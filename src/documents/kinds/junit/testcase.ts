import type { XmlElement } from '../../xml-element.js';

export type Outcome = 'passed' | 'failed' | 'error' | 'skipped';

const MAX_TEXT = 2000;

/** Values of the attribute `status` for a test that did not run. GoogleTest writes no `skipped` element. */
const NOT_RUN = ['notrun', 'skipped', 'disabled'];

const child = (element: XmlElement, name: string) =>
  element.children.find((child) => child.name === name);

/**
 * Finds the child that reports an error or a failure. An error has priority, because the test did not finish. Maven's
 * `flakyFailure` and `rerunFailure` report other attempts and are ignored.
 */
export function problemOf(element: XmlElement): XmlElement | undefined {
  return child(element, 'error') ?? child(element, 'failure');
}

/** The worst outcome of a test case. The order is error, failure, skipped, passed. */
export function outcomeOf(test: XmlElement): Outcome {
  const problem = problemOf(test);
  if (problem) return problem.name === 'error' ? 'error' : 'failed';
  const status = test.attributes.get('status')?.toLowerCase() ?? '';
  return child(test, 'skipped') || NOT_RUN.includes(status) ? 'skipped' : 'passed';
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
