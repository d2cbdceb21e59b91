import type { XmlElement } from '../../xml-element.js';
import { isSuite, nameOf } from './elements.js';

/** Elements in which tools print what they like. */
const OUTPUT =
  /^(?:(?:system|std|standard)[-_]?(?:out|output|err|error)|output|logs?|properties|attachments?)$/;

/**
 * Children that report an error or a failure. An error has priority, because the test did not finish. Maven's
 * `rerunFailure` stands beside `failure`, and reports one more attempt that failed.
 */
const PROBLEMS = ['error', 'failure', 'exception', 'failed', 'rerunerror', 'rerunfailure'];
/** A word in lower case, without what may stand between its parts. Any other character stays: `!passed`, `ok?`. */
export const plainWord = (text: string) => text.toLowerCase().replace(/[\s_-]+/g, '');

/** Values that say, in an attribute of any name, that something did not end well. */
const FAILED_WORD =
  /^(?:fail(?:ed|ure|ing|s)?|error(?:ed|s)?|broken|crash(?:ed)?|abort(?:ed)?|timed?out|cancell?ed|killed|fatal|panic|notok|nok|ko|unsuccessful|rejected|red|notpassed)$/;

export const isFailedWord = (text: string) => FAILED_WORD.test(plainWord(text.slice(0, 50)));

/** Other names that say that something did not end well. */
const OTHER_PROBLEM =
  /fail|error|crash|abort|timeout|timedout|broke|fatal|panic|exception|kill|interrupt|unexpected|unsuccess|problem|defect|not-?ok|^n?ko$/;
/** Maven's reports of attempts that failed before one passed. */
const FLAKY = /^flaky(?:failure|error)s?$/;
/** Elements whose text is a word about the outcome. */
const WORDS = new Set(['status', 'result', 'outcome', 'state', 'verdict', 'step']);
/** Elements about a test that does not run, and what tools say about a test besides its outcome. */
const KNOWN =
  /^(?:skip(?:ped)?|ignored|disabled|pending|notrun|warnings?|time|duration|start(?:ed)?|end(?:ed)?|timestamp|description|annotations?|meta(?:data)?|tags?|labels?|links?|url|file|files?|line|path|name|id|comments?|notes?|arguments?|parameters?|measurements?|assertions?|steps?|categor(?:y|ies)|owners?)$/;
const NO_TEST = /^(?:skip(?:ped)?|ignored|disabled|pending|notrun)$/;
/** What other tools call a test, and tests in another file (XInclude). */
const OTHER_TEST = /^(?:unit-?)?test(?:-case|-?result|-?method)?$|^case$|^include$/;

const NOTHING = /^(?:0+|false|no|none|null|nil|n\/a|-)?$/i;

/** Whether a text, such as `0` or `false`, says that nothing happened. */
export const saysNothing = (text: string) => NOTHING.test(text.trim());

/** Tools write empty lists, counts, and the timeout of a test. `failure` and `error` themselves always report one. */
function isProblem(element: XmlElement, name: string): boolean {
  if (PROBLEMS.includes(name)) return true;
  if (!OTHER_PROBLEM.test(name)) return false;
  const { attributes, children, text } = element;
  const values = [text, ...attributes.values()];
  if (name.startsWith('time') && values.every((value) => /^[\d.,\s]*m?s?$/.test(value)))
    return text.trim() === '' && attributes.size === 0;
  if (children.length > 0) return true;
  const isEmpty = text.trim() === '' && attributes.size === 0;
  return isEmpty ? !name.endsWith('s') : !values.every(saysNothing);
}

/** Properties in which tools name the steps of a test: `step[failure]`. */
const isFailedStep = ({ attributes }: XmlElement) =>
  /^step\[(?:failure|error)\]$/i.test(attributes.get('name')?.trim() ?? '');

/** What an element and those below it say about its outcome, without the tests and suites below it. */
export interface Signs {
  readonly problems: XmlElement[];
  /** Words about the outcome, as `status="failed"`. */
  readonly words: XmlElement[];
  /** Other elements, whose attributes may have such words. */
  readonly others: XmlElement[];
  /** An element that may be a test, and is not read. */
  otherTest?: XmlElement | undefined;
  /** An element whose meaning is not known, as `<bug>`, or a property that contradicts a test that passed. */
  unknown?: string | undefined;
}

/** A property is a text of a person, unless its name says that it is about the outcome. */
function failedProperty({ children }: XmlElement): string | undefined {
  const about = children.find(({ attributes, text }) => {
    const name = attributes.get('name')?.trim() ?? '';
    return (
      /^(?:test[-_ ]?)?(?:status|state|result|outcome|verdict)$/i.test(name) &&
      isFailedWord(attributes.get('value') ?? text)
    );
  });
  if (!about) return undefined;
  const value = (about.attributes.get('value') ?? about.text).trim().slice(0, 50);
  return `the property ${about.attributes.get('name')?.trim()}="${value}"`;
}

/** Output is text. An element in it that reports a failure may have got to the wrong place. */
function problemInOutput({ name, children }: XmlElement): string | undefined {
  const problem = children.find((child) => PROBLEMS.includes(nameOf(child)));
  return problem && `<${problem.name.slice(0, 50)}> in <${name.slice(0, 50)}>`;
}

const isTestOrSuite = (element: XmlElement) => nameOf(element) === 'testcase' || isSuite(element);

/** @returns whether there are tests or suites below the element */
function look(element: XmlElement, signs: Signs): boolean {
  let holdsTests = false;
  for (const child of element.children) {
    const name = nameOf(child);
    if (name === 'properties') {
      signs.problems.push(...child.children.filter(isFailedStep));
      signs.unknown ??= failedProperty(child);
    }
    if (OUTPUT.test(name)) signs.unknown ??= problemInOutput(child);
    if (isTestOrSuite(child)) holdsTests = true;
    else if (!OUTPUT.test(name) && !FLAKY.test(name) && lookAt(child, name, signs))
      holdsTests = true;
  }
  return holdsTests;
}

/** @returns whether there are tests or suites below the element */
function lookAt(child: XmlElement, name: string, signs: Signs): boolean {
  const before = signs.problems.length;
  const isList = child.children.length > 0 && !PROBLEMS.includes(name);
  const holdsTests = isList && look(child, signs);
  if (signs.problems.length === before && isProblem(child, name)) signs.problems.push(child);
  if (WORDS.has(name)) signs.words.push(child);
  else if (!NO_TEST.test(name)) signs.others.push(child);
  if (OTHER_TEST.test(name) && !isList) signs.otherTest ??= child;
  // Tools put suites and cases into elements of their own, which have no text.
  if (holdsTests ? child.text.trim() !== '' : !isKnown(name))
    signs.unknown ??= `<${child.name.slice(0, 50)}>`;
  return holdsTests;
}

const isKnown = (name: string) =>
  KNOWN.test(name) ||
  WORDS.has(name) ||
  PROBLEMS.includes(name) ||
  OTHER_PROBLEM.test(name) ||
  OTHER_TEST.test(name);

const NONE: Signs = { problems: [], words: [], others: [] };

export function signsOf(element: XmlElement): Signs {
  if (element.children.length === 0) return NONE;
  const signs: Signs = { problems: [], words: [], others: [] };
  look(element, signs);
  return signs;
}

/** The problem that counts: an error before a failure, and both before what other tools write. */
export function worstOf({ problems }: Signs): XmlElement | undefined {
  for (const name of PROBLEMS) {
    const found = problems.find((problem) => nameOf(problem) === name);
    if (found) return found;
  }
  return problems[0];
}
