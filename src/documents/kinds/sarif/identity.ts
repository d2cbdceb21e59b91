import type { Result } from './schema.js';

/** Placeholders: Semgrep's for users who are not logged in, and those of scanners for secrets. */
const WITHHELD = /^\s*(?:requires login|[*x]*)\s*$/i;

export function isContent(text: unknown): text is string {
  return typeof text === 'string' && !text.includes('REDACTED') && !WITHHELD.test(text);
}

/** Fingerprints sorted by name (3.27.16, 3.27.17), without placeholders. */
function sorted(fingerprints: unknown): string | undefined {
  if (typeof fingerprints !== 'object' || fingerprints === null) return undefined;
  const entries = Object.entries(fingerprints).filter(([, value]) => isContent(value));
  if (entries.length === 0) return undefined;
  return JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** @returns the tool's fingerprints of a result, which do not depend on its line */
export function fingerprintsOf(result: Result): string | undefined {
  return sorted(result.fingerprints) ?? sorted(result.partialFingerprints);
}

/** @returns the code that a result is about, if the tool reports it */
export function snippetOf(result: Result): string | undefined {
  const [location] = result.locations ?? [];
  const snippet = location?.physicalLocation?.region?.snippet?.text;
  return isContent(snippet) ? snippet : undefined;
}
