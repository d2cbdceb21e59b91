import type { XmlElement } from '../../xml-element.js';
import { nameOf } from './elements.js';
import { COUNTS, plain, Words } from './outcome-words.js';
import { oddProperty } from './properties.js';
import type { Signs } from './signs.js';
import { saysNothing } from './words.js';

export interface Meaning {
  /** The attribute that says that the test failed, such as `status="failed"`. */
  readonly failed?: string | undefined;
  readonly skipped: boolean;
  /** The attribute that is not understood. */
  readonly unknown?: string | undefined;
}

const NOTHING: Meaning = { skipped: false };

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
export function meaningOf(element: XmlElement, signs: Signs): Meaning {
  const { attributes, text } = element;
  const place = nameOf(element) === 'testcase' ? 'test' : 'suite';
  const { words: elements, others } = signs;
  const isEmpty = attributes.size === 0 && elements.length === 0 && others.length === 0;
  const odd =
    text.trim() === '' ? (signs.unknown ?? oddProperty(signs.properties, place)) : 'the text in it';
  if (isEmpty && odd === undefined) return NOTHING;
  const words = new Words();
  words.unknown = odd;
  for (const [name, value] of attributes) words.attribute(name, value, place);
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
    for (const [name, value] of attributes) words.attribute(name, value, 'other');
  return words;
}

/** The attribute of a test case that tells failures: QUnit counts failed assertions, and others write a text. */
export function failureIn({ attributes }: XmlElement): string | undefined {
  for (const [name, value] of attributes)
    if (COUNTS.test(plain(name)) && !saysNothing(value))
      return `${name}="${value.trim().slice(0, 50)}"`;
  return undefined;
}
