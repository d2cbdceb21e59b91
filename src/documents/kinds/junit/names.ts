import { isFailedText, isTime } from './words.js';

/** Where an attribute stands. */
export type Place = 'test' | 'suite' | 'other';

/** Names and places: their values may be any text. */
const NAMES =
  /^(?:(?:class|full|display|file|host|short|long|test|case|suite|method|module|package|function)?name|class|file|filepath|path|id|uuid|guid|(?:full|sub)?package|suite|groups?|authors?|owners?|url|link|href|line|lineno|params?|valueparam|typeparam|assembly|namespace|method|module|spec|test|testcase|log|environment|framework|hostname|location|schemalocation|nonamespaceschemalocation)$/;

export const isName = (key: string) => NAMES.test(key);

/** What reporters say about a test besides its outcome. A text that tells a failure is not such a value. */
const LABELS = new RegExp(
  [
    /^(?:tags?|labels?|feature|story|epic|component|type|kind|categor(?:y|ies)|language|encoding|priority|severity|level|importance)$/,
    /^(?:browser|device|platform|os|target|config(?:uration)?|variant|project|profile|runner|tool|generator|user|machine|branch|arch(?:itecture)?|locale|cpus?|java|year|mode)$/,
    /^(?:worker|thread|shard|fork|node|job|build|stage|depth|weight|parallel|concurrency|jobs)(?:id|name|index|number|count)?$/,
    /(?:name|path|file|host|url|uri|key|hash|version|revision|commit|schema|(?<!val|vo)id|index|number|lineno|column|position|port|pid|order|location)$/,
    /^(?:version|revision|commit|seed|schema|space|base|lang|col|column|order|index|number|position|port|pid|key|hash|host|uri)$/,
  ]
    .map(({ source }) => source)
    .join('|'),
);

/** Ids of other systems, such as `requirement="42"` or `jira="SHOP-7"`. A text is not one. */
const REFERENCES =
  /^(?:requirements?|req|jira|issues?|tickets?|userstory|xray|testrail|polarion|zephyr|testkey|allureid)$/;
const REFERENCE = /^(?:#|[A-Z][A-Z\d_]{0,20}-)?\d{1,12}(?:\.\d{1,6}){0,3}$/;

/** Lines and columns of sources. */
const POSITIONS = /^(?:source|src|start|end|begin|test|def)(?:line|column|col)$/;

const TIMES =
  /^(?:(?:total|wall|cpu|real|user|system|sys|setup|teardown|execution|run|test|suite|acc?umulated|elapsed|start|begin|end|stop|finish(?:ed)?|started|created|update|build)?(?:time(?:stamp)?|date|duration|elapsed|millis|ms|seconds|at)|elapsed|duration|started|start|ended|end|stop|date|created|timestamp|timeout|timezone|tz)$/;

const COUNTS =
  /^(?:tests?|total|count|cases|size|asserts?|assertions?|checks?|requests?|suites?|classes|files?|features?|scenarios?|steps?|specs?|packages?|modules?|flak(?:es|y)|retr(?:y|ies)|reruns?|repeats?|repetitions?|iterations?|attempts?|runs?|ran|executed|passe[ds]|successes|skips?|disabled|ignored|pending|todo|notrun|excluded|filtered|deselected|xfail(?:ed)?|complexity|coverage|memory)$/;

/** Flags that say nothing about how a test ended. */
const FLAGS =
  /^(?:flaky|quarantined|parallel|retried|async|generated|manual|standalone|focused|enabled)$/;
const FLAG = /^(?:true|false|yes|no|[01])$/i;
const NO = /^(?:false|no|0)$/i;
/** Flags of a run that came to its end. `suite-attributes.ts` looks at their other value. */
const ENDED = /^(?:is|was|has)?(?:complete|completed|finished|done|ended|closed)$/;
/** Flags of a run that did not, with the values that deny it. */
const NOT_ENDED =
  /^(?:is|was|has)?(?:incomplete|unfinished|partial|truncated|stopped|bailed|dryrun)$/;
/** Settings of runners. */
const SETTINGS = /^(?:fail|stop|bail|abort)(?:fast|on|if|when)[a-z]*$/;

const NUMBER = /^\+?\d[\d,.]*$/;

/** Attributes of elements in a test, such as `<link href="…" rel="…"/>`. */
const OF_ELEMENTS = /^(?:value|count|message|text|rel|title|expected|actual|unit)$/;

/**
 * Whether it is known that an attribute says nothing about the outcome. What is not known may be a result in the words
 * of its tool: `bestanden="nein"`, `note="FAILED"`.
 * @param key the name in lower case, letters only
 */
export function isHarmless(key: string, text: string, place: Place): boolean {
  if (text === '' || isName(key)) return true;
  if (COUNTS.test(key) && NUMBER.test(text)) return true;
  if (FLAGS.test(key)) return FLAG.test(text);
  if (place === 'suite') {
    if (ENDED.test(key) || SETTINGS.test(key)) return FLAG.test(text);
    if (NOT_ENDED.test(key)) return NO.test(text);
  }
  if (TIMES.test(key)) return isTime(text);
  if (REFERENCES.test(key))
    return !isFailedText(text) && text.split(/[,;] ?/).every((one) => REFERENCE.test(one));
  if (POSITIONS.test(key)) return NUMBER.test(text);
  if (LABELS.test(key) || (place === 'other' && OF_ELEMENTS.test(key))) return !isFailedText(text);
  // Numbers of a suite are looked at by their names.
  return place === 'suite' && NUMBER.test(text);
}
