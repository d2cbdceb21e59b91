import type { Result, Rule } from './schema.js';

/** Of a text with arguments: a short one may ask for long ones very often. */
const MAX_LENGTH = 2000;

/** Puts arguments in their places (3.11.5): `{0}`; braces are written twice. */
function fill(template: string, values: readonly string[]): string {
  const parts = /\{\{|\}\}|\{(\d{1,4})\}/g;
  let text = '';
  let at = 0;
  for (const match of template.slice(0, MAX_LENGTH).matchAll(parts)) {
    const [whole, number] = match;
    const value = number === undefined ? whole.charAt(0) : (values[Number(number)] ?? whole);
    text += template.slice(at, match.index) + value.slice(0, MAX_LENGTH);
    at = match.index + whole.length;
    if (text.length >= MAX_LENGTH) return text.slice(0, MAX_LENGTH);
  }
  return text + template.slice(at, MAX_LENGTH);
}

/** The text of a result: its own, or that which its rule has under its id. */
export function messageOf({ message }: Result, rule: Rule | undefined): string | undefined {
  const { text, id, arguments: values } = message ?? {};
  const strings = rule?.messageStrings ?? {};
  const known = id && Object.hasOwn(strings, id) ? strings[id]?.text : undefined;
  const template = text || known;
  return template && values && values.length > 0 ? fill(template, values) : template || undefined;
}
