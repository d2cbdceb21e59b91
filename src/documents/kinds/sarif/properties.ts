/** A tool's own property bag (3.8): anything may be in it. */
export function property(bag: unknown, name: string): unknown {
  if (typeof bag !== 'object' || bag === null) return undefined;
  return Object.getOwnPropertyDescriptor(bag, name)?.value;
}

/** @returns `security-severity`, which CodeQL began, as GitHub reads it: 0–10, as a number or as text */
export function securitySeverity(bag: unknown): number | undefined {
  const value = property(bag, 'security-severity');
  if (typeof value === 'string' && !/^\s*\d{1,3}(?:\.\d{1,20})?\s*$/.test(value)) return undefined;
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const score = Number(value);
  return score >= 0 && score <= 10 ? score : undefined;
}

/** @returns what may be a list, as one that has something in it only if it is */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function tagsOf(bag: unknown): readonly string[] {
  return listOf(property(bag, 'tags')).filter((tag) => typeof tag === 'string');
}
