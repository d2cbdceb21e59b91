import type { XmlElement } from '../../xml-element.js';
import { saysNothing } from './words.js';

/** Numbers of a suite that are not about tests which ended badly, in the words of many tools. */
const KNOWN_NUMBER = new RegExp(
  [
    /^(?:tests?|total|count|cases|size|passe?[ds]?|success(?:es|ful)?|succeeded|ok|executed|ran|runs?|completed|finished)$/,
    /^(?:assertions?|checks?|requests?|suites?|classes|files?|features?|scenarios?|steps?|specs?|packages?|modules?)$/,
    /^(?:skip(?:ped|s)?|disabled|ignored?|pending|todo|notrun|excluded|filtered|deselected|xfail(?:ed)?|known.*)$/,
    /^(?:flak.*|retr.*|reruns?|repeat.*|iterations?|attempts?|warnings?|notes?|infos?)$/,
    /^(?:tests?|cases?)(?:run|count|total|passed|skipped|disabled|ignored)$|^(?:num|number|total)(?:of)?(?:tests?|passed|skipped)$/,
    /time|date|duration|elapsed|(?<!not)start|end(?:ed)?$|millis|seconds|seed|version|revision|commit|schema|xmlns/,
    /(?:(?<!val)id|index|number|order|line|lineno|column|position|port|pid|name|key|hash|path|host|url)$/,
    /^(?:worker|thread|shard|fork|node|job|build|stage|depth|level|priority|weight|parallel|concurrency|jobs|cpus?|browser|device|platform|os|java|year).*$/,
    /coverage|percent|rate|ratio|average|memory|bytes|limit|thresh|allow|(?<!un)expect|^m(?:ax|in)/,
  ]
    .map(({ source }) => source)
    .join('|'),
);
/** Whether a run came to its end, by what it means if the attribute is true. */
const COMPLETE = /^(?:is|was|has)?(?:complete|completed|finished|done|ended|closed)$/;
const INCOMPLETE =
  /incomplete|unfinished|partial|truncated|interrupted|stopped|bailed|^cut|killed|abort|cancel|timedout|dryrun/;
/** Names of numbers that never may be more than 0, also if they are not written as a number. */
const BAD_COUNT = /fail|error|crash|abort|broke|panic|killed/;
/** Settings of tools about failures. */
const SETTING =
  /expect|known|max|min|limit|thresh|rate|ratio|percent|allow|retr|flak|rerun|ignor|level|message|^(?:is|has)|^(?:fail|error|crash|abort|break)(?:on|if|fast|when)|^on/;

/** Numbers of tests that ran, which are not 0 in a suite in which some did. */
const RAN =
  /^(?:executed|ran|run|completed|finished|passed|(?:num|number|total)?(?:of)?tests?(?:run|ran|executed|passed))$/;

const NUMBER = /^\+?\d[\d,.]*$/;
const YES = /^(?:true|yes|y|t)$/i;
const NO = /^(?:false|no|n|f|0)$/i;

function isUnclear(key: string, text: string, isPlain: boolean): boolean {
  if (COMPLETE.test(key)) return NO.test(text) && !(isPlain && text === '0');
  if (INCOMPLETE.test(key)) return !saysNothing(text) && !/^[-+]?\d/.test(text);
  if (RAN.test(key)) return !isPlain && /^0+$/.test(text);
  if (BAD_COUNT.test(key))
    return (
      !SETTING.test(key) &&
      !saysNothing(text) &&
      !/^\d[\d,]*(?:\.0*)?$/.test(text) &&
      !YES.test(text)
    );
  return (
    NUMBER.test(text) && Number.parseFloat(text.replace('+', '')) > 0 && !KNOWN_NUMBER.test(key)
  );
}

/**
 * An attribute of a suite that may count tests which did not pass, or say that the run did not end: `undefined="3"`,
 * `Fehler="1"`, `finished="false"`. Words for failures are never complete, so each number needs a name that is known.
 * @param tests the number of tests that were found in the suite
 */
export function oddIn({ attributes }: XmlElement, tests: number): string | undefined {
  for (const [name, value] of attributes) {
    const key = name
      .slice(name.lastIndexOf(':') + 1)
      .toLowerCase()
      .replace(/[^\p{L}\d]/gu, '');
    const text = value.trim();
    if (isUnclear(key, text, tests === 0)) {
      return `${name}="${text.slice(0, 50)}"`;
    }
  }
  return undefined;
}
