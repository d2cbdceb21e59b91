/** Can PostgreSQL's `text` hold exactly this? Not NUL; a lone surrogate would be stored as U+FFFD. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\u0000');
}

/** What to say of text that is not. */
export const NOT_STORABLE = 'must be valid Unicode text without NUL';

/** Is it a UUID as this API writes them, in any case? */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

/** A name as one step of a JSON Pointer (RFC 6901, section 3). */
export function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
