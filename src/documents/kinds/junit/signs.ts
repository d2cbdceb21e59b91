import type { XmlElement } from '../../xml-element.js';
import { isSuite, nameOf } from './elements.js';
import { isFailedText, isTime, saysNothing } from './words.js';

/** Elements in which tools print what they like. */
const OUTPUT =
  /^(?:(?:system|std|standard)[-_]?(?:out|output|err|error)|output|logs?|properties|attachments?)$/;

/**
 * Children that report an error or a failure. An error has priority, because the test did not finish. Maven's
 * `rerunFailure` stands beside `failure`, and reports one more attempt that failed.
 */
const PROBLEMS = ['error', 'failure', 'exception', 'failed', 'rerunerror', 'rerunfailure'];
/** Other names that say that something did not end well. */
const OTHER_PROBLEM =
  /fail|error|crash|abort|timeout|timedout|broke|fatal|panic|exception|kill|interrupt|unexpected|unsuccess|problem|defect|not-?ok|^n?ko$/;
/** Lists of problems, which tools also write if there is none. The details of an error are no list. */
const LIST =
  /(?:fail(?:ure)?|error|crashe?|abort|timeout|exception|panic|kill|interrupt|problem|defect)s$/;
/** Maven's reports of attempts that failed before one passed. */
const FLAKY = /^flaky(?:failure|error)s?$/;
/** Elements whose text is a word about the outcome. */
const WORDS = new Set(['status', 'result', 'outcome', 'state', 'verdict', 'step']);
/** Elements about a test that does not run, and what tools say about a test besides its outcome. */
const KNOWN =
  /^(?:skip(?:ped)?|ignored|disabled|pending|notrun|time|duration|start(?:ed)?|end(?:ed)?|timestamp|annotations?|meta(?:data)?|tags?|labels?|links?|url|file|files?|line|path|name|id|arguments?|parameters?|measurements?|assertions?|steps?|categor(?:y|ies)|owners?)$/;
/** Texts of persons and messages of tools. Their text can tell a failure in any words. */
const PROSE = /^(?:description|comments?|notes?|messages?|details?|warnings?)$/;
const TIMES = /^(?:time|duration|start(?:ed)?|end(?:ed)?|timestamp)$/;
const NO_TEST = /^(?:skip(?:ped)?|ignored|disabled|pending|notrun)$/;
/** What other tools call a test, and tests in another file (XInclude). */
const OTHER_TEST = /^(?:unit-?)?test(?:-case|-?result|-?method)?$|^case$|^include$/;

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

/** `<error-details/>`: whether there was an error is not known. */
const isUnclear = ({ attributes, children, text }: XmlElement, name: string) =>
  OTHER_PROBLEM.test(name) &&
  name.endsWith('s') &&
  !LIST.test(name) &&
  children.length + attributes.size === 0 &&
  text.trim() === '';

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
  /** What tests and runners record by name. */
  readonly properties: XmlElement[];
  /** An element that may be a test, and is not read. */
  otherTest?: XmlElement | undefined;
  /** An element whose meaning is not known, as `<bug>`. */
  unknown?: string | undefined;
}

/** What may stand in an element of output. What tools print is text. */
const IN_OUTPUT: ReadonlyMap<string, RegExp> = new Map([
  ['properties', /^property$/],
  ['attachments', /^(?:attachments?|files?|items?|links?|path|url|name|description|type)$/],
  ['logs', /^logs?$/],
]);

/** Output is text. An element in it may be a failure that has got to the wrong place. */
function elementInOutput({ name, children }: XmlElement, key: string): string | undefined {
  const known = IN_OUTPUT.get(key);
  const other = children.find((child) => !known?.test(nameOf(child)));
  return other && `<${other.name.slice(0, 50)}> in <${name.slice(0, 50)}>`;
}

const isTestOrSuite = (element: XmlElement) => nameOf(element) === 'testcase' || isSuite(element);

/** @returns whether there are tests or suites below the element */
function look(element: XmlElement, signs: Signs): boolean {
  let holdsTests = false;
  for (const child of element.children) {
    const name = nameOf(child);
    if (name === 'properties') {
      // A suite can have more properties than a call can have arguments.
      for (const property of child.children) {
        if (isFailedStep(property)) signs.problems.push(property);
        signs.properties.push(property);
      }
    }
    if (OUTPUT.test(name)) {
      signs.unknown ??= elementInOutput(child, name);
      if (child.attributes.size > 0) signs.others.push(child);
    }
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
  if (holdsTests ? child.text.trim() !== '' : !isKnown(child, name))
    signs.unknown ??= `<${child.name.slice(0, 50)}>`;
  return holdsTests;
}

/** Whether an element is known, and its text says nothing about the outcome. */
function isHarmlessElement({ text, children }: XmlElement, name: string): boolean {
  if (PROSE.test(name)) return text.trim() === '' && (name !== 'warning' || children.length > 0);
  if (!KNOWN.test(name)) return false;
  if (NO_TEST.test(name) || WORDS.has(name)) return true;
  return TIMES.test(name) ? isTime(text.trim()) : !isFailedText(text);
}

const isKnown = (element: XmlElement, name: string) =>
  isHarmlessElement(element, name) ||
  WORDS.has(name) ||
  PROBLEMS.includes(name) ||
  (OTHER_PROBLEM.test(name) && !isUnclear(element, name)) ||
  OTHER_TEST.test(name);

const NONE: Signs = { problems: [], words: [], others: [], properties: [] };

export function signsOf(element: XmlElement): Signs {
  if (element.children.length === 0) return NONE;
  const signs: Signs = { problems: [], words: [], others: [], properties: [] };
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
