/** Reads a field of a value that may have any shape. */
export function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}

/** @returns the value of a field if it is a text with content */
export function textOf(value: unknown, name: string): string | undefined {
  const text = fieldOf(value, name);
  return typeof text === 'string' && text !== '' ? text : undefined;
}

/** @returns the value as a list: of its items, of itself, or of nothing */
export function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/** Semgrep withholds code and fingerprints from users who are not logged in. */
export const isContent = (text: string | null | undefined): text is string =>
  typeof text === 'string' && text.trim() !== '' && text !== 'requires login';
