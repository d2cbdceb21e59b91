/**
 * Control characters, line breaks and direction marks, which can harm a terminal or reorder text. Names and versions
 * come from documents that anyone can write.
 */
const UNSAFE = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** Makes a text of a client safe for a message: without unsafe characters, at most `max` UTF-16 code units. */
export function shown(text: string, max = 200): string {
  // Cut before replacing, so that a long text costs no more than a short one.
  const cut = text.length > max ? text.slice(0, max - 1) : text;
  // Replace after the cut, which may split a surrogate pair: PostgreSQL cannot store half of one.
  const safe = cut.replaceAll(UNSAFE, '\ufffd');
  return text.length > max ? `${safe}…` : safe;
}

/** `a`, `a and b`, `a, b and c`. */
export function joined(items: readonly string[], word: 'and' | 'or' = 'and'): string {
  const last = items.at(-1) ?? '';
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} ${word} ${last}`;
}

/** `a; b; and 3 more`. @param total the number of all items, if `items` has only some of them */
export function firstOf(items: readonly string[], max: number, total = items.length): string {
  const first = items.slice(0, max);
  const others = total - first.length;
  return others > 0 ? [...first, `and ${others} more`].join('; ') : first.join('; ');
}

/** Orders texts by UTF-16 code units, so that the order does not depend on a locale. */
export function byText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
