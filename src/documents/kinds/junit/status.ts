import type { XmlElement } from '../../xml-element.js';
import { nameOf } from './elements.js';
import { type Signs, saysNothing } from './signs.js';

/** Attributes in which tools write a word about the outcome. JUnit itself has none of them. */
const WORDS = new Set(['status', 'result', 'outcome', 'state', 'verdict']);
/** Attributes that are true or false, and what their unusual value means. */
const FLAGS: ReadonlyMap<string, readonly [RegExp, 'failed' | 'skipped']> = new Map([
  ['success', [/^(?:false|no|0)$/i, 'failed']],
  ['successful', [/^(?:false|no|0)$/i, 'failed']],
  ['passed', [/^(?:false|no|0)$/i, 'failed']],
  ['failed', [/^(?:true|yes|1)$/i, 'failed']],
  ['aborted', [/^(?:true|yes|1)$/i, 'failed']],
  ['broken', [/^(?:true|yes|1)$/i, 'failed']],
  ['timedout', [/^(?:true|yes|1)$/i, 'failed']],
  ['executed', [/^(?:false|no|0)$/i, 'skipped']],
  ['skipped', [/^(?:true|yes|1)$/i, 'skipped']],
]);

const PASSED = new Set(
  'pass passed passing success successful succeeded ok okay run ran executed complete completed finished done fixed true expected warning warn flaky'.split(
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
  /fail|error|broke|time|crash|abort|interrupt|cancel|kill|fatal|invalid|unknown|undefined|ambiguous|regress|unstable|notok|^nok$|^ko$|notpass|unsuccess|incomplete|panic|unresolved|wrong|bad|exception|reject|defect/;

export interface Meaning {
  /** The attribute that says that the test failed, such as `status="failed"`. */
  readonly failed?: string | undefined;
  readonly skipped: boolean;
  /** The attribute that is not understood. */
  readonly unknown?: string | undefined;
}

const NOTHING: Meaning = { skipped: false };

/** Adds up the words about one outcome. If they disagree, the worst counts. */
class Words {
  failed: string | undefined;
  unknown: string | undefined;
  skipped = false;

  add(name: string, value: string): void {
    const text = value.trim().slice(0, 50);
    const word = text.toLowerCase().replace(/[^\p{L}\d]/gu, '');
    if (word === '' || PASSED.has(word)) return;
    if (SKIPPED.has(word)) this.skipped = true;
    else if (FAILED.test(word)) this.failed ??= `${name}="${text}"`;
    else this.unknown ??= `${name}="${text}"`;
  }

  flag(name: string, value: string): void {
    const [unusual, meaning] = FLAGS.get(name.toLowerCase()) ?? [];
    if (!unusual?.test(value.trim())) return;
    if (meaning === 'failed') this.failed ??= `${name}="${value.trim()}"`;
    else this.skipped = true;
  }
}

/** Attributes in which an element such as `<status>` has its word. */
const VALUES = /^(?:value|type|name|status|result|outcome|state)$/i;

/** What the attributes of a test case or suite say about its outcome, in any case, and the words below it. */
export function meaningOf({ attributes }: XmlElement, signs: Signs): Meaning {
  if (attributes.size === 0 && signs.words.length === 0) return NOTHING;
  const words = new Words();
  for (const [name, value] of attributes) {
    if (WORDS.has(name.toLowerCase())) words.add(name, value);
    else words.flag(name, value);
  }
  for (const element of signs.words) {
    words.add(nameOf(element), element.text);
    for (const [name, value] of element.attributes)
      if (VALUES.test(name)) words.add(nameOf(element), value);
  }
  return words;
}

const COUNTS = /^(?:failures?|errors?)$/i;

/** The attribute of a test case that tells failures: QUnit counts failed assertions, and others write a text. */
export function failureIn({ attributes }: XmlElement): string | undefined {
  for (const [name, value] of attributes)
    if (COUNTS.test(name) && !saysNothing(value)) return `${name}="${value.trim().slice(0, 50)}"`;
  return undefined;
}
