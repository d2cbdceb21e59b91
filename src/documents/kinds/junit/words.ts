/** A word in lower case, without what may stand between its parts. Any other character stays: `!passed`, `ok?`. */
export const plainWord = (text: string) => text.toLowerCase().replace(/[\s_-]+/g, '');

/** Values that say, in an attribute of any name, that something did not end well. */
const FAILED_WORD =
  /^(?:fail(?:ed|ure|ing|s)?|error(?:ed|s)?|broken|crash(?:ed)?|abort(?:ed)?|timed?out|cancell?ed|killed|fatal|panic|notok|nok|ko|unsuccessful|rejected|red|notpassed)$/;

export const isFailedWord = (text: string) => FAILED_WORD.test(plainWord(text.slice(0, 50)));

const NOTHING = /^(?:0+|false|no|none|null|nil|n\/a|-)?$/i;

/** Whether a text, such as `0` or `false`, says that nothing happened. */
export const saysNothing = (text: string) => NOTHING.test(text.trim());

/** Texts that tools write if they do not know a time. Catch2 writes `tbd`. */
const NO_TIME = /^(?:nan|[-+]?inf(?:inity)?|undefined|null|none|unknown|tbd|n\/a|-)?$/i;
const TIME_WORDS =
  /\b(?:e[-+]?\d+|ms|[µu]s|ns|s|m|h|d|secs?|seconds?|mins?|minutes?|hours?|days?|milliseconds?|utc|gmt|z|am|pm|[a-z]{2,4}t|mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun|(?:mon|tues|wednes|thurs|fri|satur|sun)day|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b/gi;

/** Most times: `0.12`, `2026-01-15T09:30:00.123Z`. */
const PLAIN_TIME = /^\d[\d:.,-]*(?:T\d[\d:.,+-]*Z?)?$/;

/** Whether a text is a time or a duration: it has digits, and no word that is not one of a time. */
export function isTime(text: string): boolean {
  if (NO_TIME.test(text)) return true;
  if (!/\d/.test(text) || text.length > 100) return false;
  if (PLAIN_TIME.test(text)) return true;
  const rest = text.replace(/(?<=\d)(?=[a-zµ])|(?<=[a-z])(?=\d)/gi, ' ').replace(TIME_WORDS, '');
  // ISO 8601 has letters between the numbers.
  return !/\p{L}/u.test(rest.replace(/\b(?:PT|[TPWE])\b/gi, ''));
}

/** A text that tells a failure, also among other words. */
const FAILED_TEXT =
  /(?<![\p{L}])(?:fail(?:ed|ures?|s|ing)?|abort(?:ed)?|crash(?:ed)?|error(?:ed|s)?|interrupt(?:ed)?|cancell?ed|killed|timed?[ _-]?out|broken|panic(?:ked)?|not[ _-]?(?:ok|passed|run)|unsuccessful|incomplete|rejected)(?![\p{L}])/iu;

export const isFailedText = (text: string) =>
  isFailedWord(text) || FAILED_TEXT.test(text.slice(0, 2000));

/** A text that is nothing but the report of a failure: `FAILED`, `FAILED: expected 1`. */
export const isFailureReport = (text: string) =>
  isFailedWord(text) ||
  /^\W*(?:FAIL(?:ED|URE)?|ERROR|ABORTED|CRASHED|INTERRUPTED|CANCELL?ED|KILLED|TIMED?[ _-]?OUT|BROKEN|NOT OK)(?![\w-])/.test(
    text.slice(0, 200),
  );
