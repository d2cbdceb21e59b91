import type { XmlElement } from '../../xml-element.js';
import { nameOf } from './elements.js';
import { isFailedWord, plainWord, type Signs, saysNothing } from './signs.js';

/** `x:test-status` and `TestStatus` are `teststatus`. */
const plain = (name: string) =>
  name
    .slice(name.lastIndexOf(':') + 1)
    .toLowerCase()
    .replace(/[^a-z]/g, '');

/** Attributes in which tools write a word about the outcome. JUnit itself has none of them. */
const WORD =
  /^(?:test|case|suite|run|final|overall|execution|step)?(?:status|result|outcome|state|verdict|conclusion|ergebnis|resultado|resultat|risultato|esito|verdikt|estado|statut|stato)$/;

/** Attributes that are true or false, by what the less usual of both means. */
const SUCCESS = /^(?:is|was|has|did)?(?:success|successful|succeeded|passe?d?|ok)$/;
const FAILURE =
  /^(?:is|was|has|did)?(?:failed|fail|broken|aborted|crashed|timedout|interrupted|cancell?ed|killed|errored)$|^(?:is|has)(?:failures?|errors?)$/;
const EXIT = /^(?:(?:exit|return)(?:code|status|value)?|rc)$/;
/** Attributes whose value is a name or a text of a person, which may be any word. */
const TEXTS =
  /^(?:(?:class|full|display|file|host|short|long|test|case|suite|method|module|package|function)?name|class|file|path|message|description|title|id|uuid|package|suite|groups?|tags?|labels?|authors?|owners?|url|link|href|line|lineno|params?|valueparam|typeparam|feature|story|epic|component|assembly|namespace|method|module|spec|test|testcase|xmlns.*|.*location)$/;
const NO = /^(?:false|f|no|n|0)$/i;
const YES = /^(?:true|t|yes|y|1)$/i;
/** Of elements that may count, such as `<summary passed="0">`. */
const PLAIN_NO = /^(?:false|f|no|n)$/i;

/**
 * Words of test runners that say that a test passed, or only that it ran (`run`, `completed` of GoogleTest), which is
 * a pass in JUnit unless something else is said. A word that is in no list makes the outcome unknown.
 */
const PASSED = new Set(
  'pass passed passing success successful succeeded ok okay run ran executed completed true expected'.split(
    ' ',
  ),
);
const SKIPPED = new Set(
  'skip skipped notrun notexecuted notstarted disabled suppressed ignored ignore pending todo excluded filtered inconclusive untested unsupported blocked xfail xfailed deselected none'.split(
    ' ',
  ),
);
/** Anything that says that the test did not end well, in the words of many tools. */
const FAILED =
  /fail|error|broke|time|crash|abort|interrupt|cancel|kill|fatal|invalid|unknown|undefined|ambiguous|regress|unstable|notok|^nok$|^ko$|notpass|unsuccess|incomplete|panic|unresolved|wrong|bad|exception|reject|defect|^false$|^no$/;

export interface Meaning {
  /** The attribute that says that the test failed, such as `status="failed"`. */
  readonly failed?: string | undefined;
  readonly skipped: boolean;
  /** The attribute that is not understood. */
  readonly unknown?: string | undefined;
}

const NOTHING: Meaning = { skipped: false };

const isFlag = (key: string) =>
  SUCCESS.test(key) || FAILURE.test(key) || key === 'executed' || key === 'skipped';

/** Words that are signs. */
const CROSS = /[✗✘×✖❌❎☒⛔🔴🚫💥🛑]/u;
const CHECK = /^(?:[✓✔✅☑🟢]|\ufe0f|\s)+$/u;
const COUNT = /^\d+$/;

/** Adds up the words about one outcome. If they disagree, the worst counts. */
class Words {
  failed: string | undefined;
  unknown: string | undefined;
  skipped = false;

  add(name: string, value: string): void {
    const text = value.trim().slice(0, 50);
    const word = plainWord(text);
    if (text === '' || PASSED.has(word) || CHECK.test(text)) return;
    if (SKIPPED.has(word)) this.skipped = true;
    else if (FAILED.test(word) || CROSS.test(text)) this.failed ??= `${name}="${text}"`;
    else this.unknown ??= `${name}="${text}"`;
  }

  /** @param no which values mean "no" */
  flag(name: string, value: string, no = NO): void {
    const [key, text] = [plain(name), value.trim().slice(0, 50)];
    const isPlain = text === '' || COUNT.test(text) || YES.test(text) || NO.test(text);
    if (SUCCESS.test(key) ? no.test(text) : FAILURE.test(key) && YES.test(text))
      this.failed ??= `${name}="${text}"`;
    else if (key === 'executed' ? NO.test(text) : key === 'skipped' && YES.test(text))
      this.skipped = true;
    else if (isFlag(key) ? !isPlain && !saysNothing(text) : isFailedWord(text))
      this.unknown ??= `${name}="${text}"`;
  }

  attribute(name: string, value: string, no = NO): void {
    const key = plain(name);
    if (WORD.test(key)) this.add(name, value);
    // A test may expect another exit code than 0.
    else if (EXIT.test(key)) {
      if (!saysNothing(value)) this.unknown ??= `${name}="${value.slice(0, 50)}"`;
    } else if (!TEXTS.test(key)) this.flag(name, value, no);
  }
}

/** Attributes in which an element such as `<status>` has its word. */
const VALUES = /^(?:value|status|result|outcome|state)$/i;
const NAMES = /^(?:type|name)$/i;

/** The words of an element. Its name is one only if it has no other, and that of a step is a text of a person. */
function wordsOf(element: XmlElement): (readonly [string, string])[] {
  const key = nameOf(element);
  const attributes = [...element.attributes];
  const values = attributes.filter(([name]) => VALUES.test(name));
  const isText = values.length > 0 || key === 'step' || element.text.trim() !== '';
  const words = isText ? values : attributes.filter(([name]) => NAMES.test(name));
  return words.map(([, value]) => [key, value]);
}

/**
 * What the attributes of a test case or suite say about its outcome, in any case, and the words below it. Elements that
 * are not known, such as `<assertion result="false">`, can say that it failed, and nothing else.
 */
export function meaningOf({ attributes, text }: XmlElement, signs: Signs): Meaning {
  const { words: elements, others } = signs;
  const isEmpty = attributes.size === 0 && elements.length === 0 && others.length === 0;
  const odd = text.trim() === '' ? signs.unknown : 'the text in it';
  if (isEmpty && odd === undefined) return NOTHING;
  const words = new Words();
  words.unknown = odd;
  for (const [name, value] of attributes) words.attribute(name, value);
  for (const element of elements) {
    words.add(nameOf(element), element.text);
    for (const [name, value] of wordsOf(element)) words.add(name, value);
  }
  const { failed, unknown } = meaningOfOthers(others);
  words.failed ??= failed;
  words.unknown ??= unknown;
  return words;
}

function meaningOfOthers(others: readonly XmlElement[]): Words {
  const words = new Words();
  for (const { attributes } of others)
    for (const [name, value] of attributes) words.attribute(name, value, PLAIN_NO);
  return words;
}

const COUNTS =
  /^(?:failures?|errors?|fail(?:ed|s)?|crash(?:ed|es)|broken|aborted|(?:failure|error|exception)(?:message|text|type|reason|details?|info|trace)|stacktrace)$/;

/** The attribute of a test case that tells failures: QUnit counts failed assertions, and others write a text. */
export function failureIn({ attributes }: XmlElement): string | undefined {
  for (const [name, value] of attributes)
    if (COUNTS.test(plain(name)) && !saysNothing(value))
      return `${name}="${value.trim().slice(0, 50)}"`;
  return undefined;
}
