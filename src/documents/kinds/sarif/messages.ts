import type { Result, Rule } from './schema.js';

/** Maximum length of a message with arguments. A short template may repeat long arguments very often. */
const MAX_LENGTH = 2000;

/** Replaces placeholders such as `{0}` with arguments, and doubled braces with single ones (3.11.5). */
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

/** The message of a result: its own text, or its rule's text with the message id. */
export function messageOf({ message }: Result, rule: Rule | undefined): string | undefined {
  const { text, id, arguments: values } = message ?? {};
  const strings = rule?.messageStrings ?? {};
  const known = id && Object.hasOwn(strings, id) ? strings[id]?.text : undefined;
  const template = text || known;
  return template && values && values.length > 0 ? fill(template, values) : template || undefined;
}
