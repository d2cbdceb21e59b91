/** Reads a field of a property bag (3.8), which may contain anything. */
export function property(bag: unknown, name: string): unknown {
  if (typeof bag !== 'object' || bag === null) return undefined;
  return Object.getOwnPropertyDescriptor(bag, name)?.value;
}

/** @returns the property `security-severity` as GitHub reads it: 0–10, as a number or a text */
export function securitySeverity(bag: unknown): number | undefined {
  const value = property(bag, 'security-severity');
  if (typeof value === 'string' && !/^\s*\d{1,3}(?:\.\d{1,20})?\s*$/.test(value)) return undefined;
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const score = Number(value);
  return score >= 0 && score <= 10 ? score : undefined;
}

/** @returns the value if it is a list, else an empty list */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function tagsOf(bag: unknown): readonly string[] {
  return listOf(property(bag, 'tags')).filter((tag) => typeof tag === 'string');
}
