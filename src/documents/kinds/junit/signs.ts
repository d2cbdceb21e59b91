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
}

function look(element: XmlElement, signs: Signs): void {
  for (const child of element.children) {
    const name = nameOf(child);
    if (name === 'properties') signs.problems.push(...child.children.filter(isFailedStep));
    if (name === 'testcase' || isSuite(child) || OUTPUT.test(name) || FLAKY.test(name)) continue;
    const before = signs.problems.length;
    const isList = child.children.length > 0 && !PROBLEMS.includes(name);
    if (isList) look(child, signs);
    if (signs.problems.length === before && isProblem(child, name)) signs.problems.push(child);
    if (WORDS.has(name)) signs.words.push(child);
    else if (!isList && !NO_TEST.test(name)) signs.others.push(child);
    if (OTHER_TEST.test(name) && !isList) signs.otherTest ??= child;
  }
}

const NONE: Signs = { problems: [], words: [], others: [] };

export function signsOf(element: XmlElement): Signs {
  if (element.children.length === 0) return NONE;
  const signs: Signs = { problems: [], words: [], others: [] };
  look(element, signs);
  return signs;
}

/** The names of elements whose meaning is not known. */
export const unknownIn = ({ others, problems }: Signs): Set<string> =>
  new Set(
    others
      .filter((element) => !problems.includes(element) && !KNOWN.test(nameOf(element)))
      .filter((element) => !OTHER_PROBLEM.test(nameOf(element)))
      .map(({ name }) => `<${name.slice(0, 50)}>`),
  );

/** The problem that counts: an error before a failure, and both before what other tools write. */
export function worstOf({ problems }: Signs): XmlElement | undefined {
  for (const name of PROBLEMS) {
    const found = problems.find((problem) => nameOf(problem) === name);
    if (found) return found;
  }
  return problems[0];
}
