import type { XmlElement } from '../../xml-element.js';

export type Outcome = 'passed' | 'failed' | 'error' | 'skipped';

const MAX_TEXT = 2000;

/** Words of the attribute `status` for a test that did not run: GoogleTest writes no element for it. */
const NOT_RUN = ['notrun', 'skipped', 'disabled'];

const child = (element: XmlElement, name: string) =>
  element.children.find((child) => child.name === name);

/**
 * What says that an element did not pass. An error comes before a failure: it says that the test broke off. Maven's
 * `flakyFailure`, `rerunFailure` and the like tell of other attempts, and decide nothing.
 */
export function problemOf(element: XmlElement): XmlElement | undefined {
  return child(element, 'error') ?? child(element, 'failure');
}

/** Each test case counts once, for the worst that it has: error, failure, skipped, passed. */
export function outcomeOf(test: XmlElement): Outcome {
  const problem = problemOf(test);
  if (problem) return problem.name === 'error' ? 'error' : 'failed';
  const status = test.attributes.get('status')?.toLowerCase() ?? '';
  return child(test, 'skipped') || NOT_RUN.includes(status) ? 'skipped' : 'passed';
}

/** @returns the beginning of a text, not cut in the middle of a character */
export function shorten(text: string): string {
  const start = text.trim().slice(0, MAX_TEXT);
  return start.isWellFormed() ? start : start.replace(/[\ud800-\udbff]$/, '');
}

/** The attribute, else the text, else at least its type. */
export function messageOf(problem: XmlElement): string {
  const { attributes, text } = problem;
  return shorten(attributes.get('message')?.trim() || text.trim() || attributes.get('type') || '');
}

/**
 * @param time Maven groups thousands, "1,234.5", and some locales write a comma for the point
 * @returns seconds; 0 for what is no duration
 */
export function durationOf(time: string | undefined): number {
  const text = time?.trim() ?? '';
  if (text.length > 40) return 0;
  const grouped = /^[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?$/.test(text);
  const number = grouped ? text.replaceAll(',', '') : text.replace(',', '.');
  return /^\d*\.?\d+(?:e[+-]?\d{1,2})?$|^\d+\.$/i.test(number) ? Number(number) : 0;
}
