import type { XmlElement } from '../../xml-element.js';

/** Attributes in which tools write a word about the outcome. JUnit itself has none of them. */
const WORDS = ['status', 'result', 'outcome', 'state'];
/** Attributes that are true or false, and what their unusual value means. */
const FLAGS = [
  ['success', 'false', 'failed'],
  ['passed', 'false', 'failed'],
  ['failed', 'true', 'failed'],
  ['executed', 'false', 'skipped'],
  ['skipped', 'true', 'skipped'],
] as const;

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
  /fail|error|broke|time|crash|abort|interrupt|cancel|kill|fatal|invalid|unknown|undefined|ambiguous|regress|unstable|notok|unsuccess|incomplete|panic|unresolved|wrong|bad/;

export interface Meaning {
  /** The attribute that says that the test failed, such as `status="failed"`. */
  readonly failed?: string | undefined;
  readonly skipped: boolean;
  /** The attribute that is not understood. */
  readonly unknown?: string | undefined;
}

const NOTHING: Meaning = { skipped: false };

/** What the attributes of a test case or suite say about its outcome. If they disagree, the worst counts. */
export function meaningOf({ attributes }: XmlElement): Meaning {
  if (attributes.size === 0) return NOTHING;
  let failed: string | undefined;
  let unknown: string | undefined;
  let skipped = false;
  for (const [name, value, meaning] of FLAGS) {
    if (attributes.get(name)?.trim().toLowerCase() !== value) continue;
    if (meaning === 'failed') failed ??= `${name}="${value}"`;
    else skipped = true;
  }
  for (const name of WORDS) {
    const text = attributes.get(name)?.slice(0, 50) ?? '';
    const word = text.toLowerCase().replace(/[^\p{L}\d]/gu, '');
    if (word === '' || PASSED.has(word)) continue;
    if (SKIPPED.has(word)) skipped = true;
    else if (FAILED.test(word)) failed ??= `${name}="${text}"`;
    else unknown ??= `${name}="${text}"`;
  }
  return { failed, skipped, unknown };
}

/** The attribute of a test case that counts its failures: QUnit counts failed assertions. */
export function failureCountOf({ attributes }: XmlElement): string | undefined {
  const isCount = (name: string) => /^[1-9]\d{0,9}$/.test(attributes.get(name) ?? '');
  const name = ['failures', 'errors'].find(isCount);
  return name && `${name}="${attributes.get(name)}"`;
}
