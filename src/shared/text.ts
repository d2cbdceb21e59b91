/** True if PostgreSQL stores the text unchanged. It refuses NUL, and stores a lone surrogate as U+FFFD. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\u0000');
}

/** The message for text that is not storable. */
export const NOT_STORABLE = 'must be valid Unicode text without NUL';

/** True for a UUID in the form of this API, in upper or lower case. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

/** Escapes a name as one step of a JSON Pointer (RFC 6901, section 3). */
export function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** `1 test`, `2 tests`. */
export const counted = (count: number, one: string, many = `${one}s`) =>
  `${count} ${count === 1 ? one : many}`;

/** `2026-12-04 03:40 UTC`. @param instant ISO 8601, in UTC */
export const minuteUtc = (instant: string) => `${instant.slice(0, 16).replace('T', ' ')} UTC`;
