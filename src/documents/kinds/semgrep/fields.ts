/** @returns the value as a list: of its items, of itself, or of nothing */
export function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/** Semgrep withholds code and fingerprints from users who are not logged in. */
export const isContent = (text: string | null | undefined): text is string =>
  typeof text === 'string' && text.trim() !== '' && text !== 'requires login';
