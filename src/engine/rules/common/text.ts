/**
 * What could do harm on a terminal or change the order of what is read: control characters, line breaks, marks of direction.
 * Names and versions come from documents that anybody may have written.
 */
const UNSAFE = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** A text from a document, as it may stand in a message: at most `max` characters. */
export function shown(text: string, max = 200): string {
  // Cut first: the rest need not be looked at.
  const cut = text.length > max ? text.slice(0, max - 1) : text;
  // After that: the cut may go through a character of two units, and half of one cannot be stored.
  const safe = cut.replaceAll(UNSAFE, '\ufffd');
  return text.length > max ? `${safe}…` : safe;
}

/** `1 test`, `2 tests`. */
export const counted = (count: number, one: string, many = `${one}s`) =>
  `${count} ${count === 1 ? one : many}`;

/** `a`, `a and b`, `a, b and c`. */
export function joined(items: readonly string[], word: 'and' | 'or' = 'and'): string {
  const last = items.at(-1) ?? '';
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} ${word} ${last}`;
}

/** The first `max` of them, and how many there are besides. @param total when there are more than `items` has */
export function firstOf(items: readonly string[], max: number, total = items.length): string {
  const first = items.slice(0, max);
  const others = total - first.length;
  return others > 0 ? [...first, `and ${others} more`].join('; ') : first.join('; ');
}

/** Order of texts by their UTF-16 code units: the same everywhere, as no locale is asked. */
export function byText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
