import type { XmlElement } from '../../xml-element.js';
import { nameOf } from './elements.js';
import type { Place } from './names.js';
import { Words } from './outcome-words.js';
import { isFailedWord, isFailureReport, saysNothing } from './words.js';

/** Properties of a suite are often those of the machine, such as `log.level=ERROR`. These words are no settings. */
const ENDED = /^(?:failed|aborted|crashed|interrupted|cancell?ed|killed|timed[ _-]?out|broken)$/i;

/** `SuiteSucceeded` is `suite succeeded`, and `run.was_aborted` is `run was aborted`. */
const wordsOf = (name: string) =>
  name
    .slice(0, 200)
    .replace(/(?<=[a-z\d])(?=[A-Z])/g, ' ')
    .replace(/[^\p{L}\d]+/gu, ' ')
    .trim()
    .toLowerCase();

/** Settings about failures, and about what a report shows: `maven.test.failure.ignore`, `show.passed`. */
const SETTING =
  /\b(?:on|if|when|ignored?|allow(?:ed)?|max|min|limit|threshold|retry|retries|rerun|skip|log|logging|report|reporter|show|print|notify|include|exclude|expect|expected|known|only|level|rate|ratio|percent|flaky|keep|stop|halt|exit|delete|enabled?|hide|output)\b/;

/** Names that end so tell how a test or a run ended, by what they mean if they are true. */
const GOOD =
  /\b(?:succeeded|success|successful|passed|completed?|finished|ended|all ok)$|^(?:test |suite |run )?ok$/;
const BAD =
  /\b(?:failed|aborted|crashed|interrupted|cancell?ed|killed|terminated|timed ?out|broken|errored|incomplete|unfinished|truncated|partial|bailed|has failures?|has errors?|dry ?run)$/;
/** Names that end so have a text, or a count, only if something failed. */
const CAUSE =
  /(?:^(?:(?:the|test|suite|run|case|setup|teardown|total|number|of|num) )*(?:failures?|errors?|exceptions?|crash|panic|signal)|\b(?:failure|error|exception|abort(?:ion)?|crash|interrupt(?:ion)?|panic|failed|aborted|interrupted) (?:message|text|type|reason|details?|info|cause|trace|description|count)|\bfailed (?:tests?|cases?|count)|\bstack ?trace)$/;

const NO = /^(?:false|f|no|n|0)$/i;
const YES = /^(?:true|t|yes|y|\+?0*[1-9]\d{0,8})$/i;

/** A name that tells how something ended, in the words of its tool, with a value that says that it did not end well. */
function tellsFailure(name: string, value: string): boolean {
  const words = wordsOf(name);
  if (SETTING.test(words)) return false;
  if (GOOD.test(words)) return NO.test(value);
  if (BAD.test(words)) return YES.test(value);
  return CAUSE.test(words) && !saysNothing(value);
}

/** A property is a text of a person or a setting, unless its name is one of the outcome, or it is a failure. */
function isOdd(name: string, value: string, place: Place): boolean {
  const words = new Words();
  if (words.outcome(name, value) && (words.failed ?? words.unknown) !== undefined) return true;
  if (tellsFailure(name, value)) return true;
  return place === 'suite' ? ENDED.test(value) : isFailedWord(value) || isFailureReport(value);
}

/** A property of a test or a suite that contradicts a pass. */
export function oddProperty(properties: readonly XmlElement[], place: Place): string | undefined {
  for (const property of properties) {
    if (nameOf(property) !== 'property') continue;
    const name = property.attributes.get('name')?.trim() ?? '';
    const value = (property.attributes.get('value') ?? property.text).trim();
    if (isOdd(name, value, place))
      return `the property ${name.slice(0, 50)}="${value.slice(0, 50)}"`;
  }
  return undefined;
}
