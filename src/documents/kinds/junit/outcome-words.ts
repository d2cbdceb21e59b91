import { isHarmless, isName, type Place } from './names.js';
import { plainWord, saysNothing } from './words.js';

const PLAIN = /^[a-z]+$/;

/** `x:test-status` and `TestStatus` are `teststatus`. Most names are so already. */
export const plain = (name: string) =>
  PLAIN.test(name)
    ? name
    : name
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

const isFlag = (key: string) =>
  SUCCESS.test(key) || FAILURE.test(key) || key === 'executed' || key === 'skipped';

/** Declarations of namespaces, and what XML itself defines. */
const OF_XML = /^xml(?:ns)?(?::|$)/i;

/** Words that are signs. */
const CROSS = /[✗✘×✖❌❎☒⛔🔴🚫💥🛑]/u;
const CHECK = /^(?:[✓✔✅☑🟢]|\ufe0f|\s)+$/u;
const COUNT = /^\d+$/;

export const COUNTS =
  /^(?:failures?|errors?|fail(?:ed|s)?|crash(?:ed|es)|broken|aborted|(?:failure|error|exception)(?:message|text|type|reason|details?|info|trace)|stacktrace)$/;

/** Whether an attribute counts or tells failures, which `failureIn` and the counts of a suite are for. */
const isCount = (key: string, value: string, place: Place) =>
  COUNTS.test(key) && (place === 'test' || saysNothing(value) || /^[-+]?\d/.test(value.trim()));

/** Adds up the words about one outcome. If they disagree, the worst counts. */
export class Words {
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
    else if (!isPlain && !saysNothing(text)) this.unknown ??= `${name}="${text}"`;
  }

  /** @returns whether the name is one of the outcome */
  outcome(name: string, value: string, no = NO): boolean {
    const key = plain(name);
    if (WORD.test(key)) this.add(name, value);
    // A test may expect another exit code than 0.
    else if (EXIT.test(key)) {
      if (!saysNothing(value)) this.unknown ??= `${name}="${value.slice(0, 50)}"`;
    } else if (isFlag(key)) this.flag(name, value, no);
    else return false;
    return true;
  }

  attribute(name: string, value: string, place: Place): void {
    // Most attributes are names. None of these is one of an outcome.
    if (isName(plain(name)) || OF_XML.test(name)) return;
    if (this.outcome(name, value, place === 'other' ? PLAIN_NO : NO)) return;
    const [key, text] = [plain(name), value.trim()];
    // Counts of failures are compared with the tests.
    if (!isCount(key, text, place) && !isHarmless(key, text, place))
      this.unknown ??= `${name.slice(0, 50)}="${text.slice(0, 50)}"`;
  }
}
