import type { Result } from './schema.js';

/** What Semgrep writes instead to those who are not logged in, and what scanners write instead of a secret. */
const WITHHELD = /^\s*(?:requires login|[*x]*)\s*$/i;

export function isTold(text: unknown): text is string {
  return typeof text === 'string' && !text.includes('REDACTED') && !WITHHELD.test(text);
}

/** Fingerprints by name (3.27.16, 3.27.17), in an order that is not the document's. */
function told(fingerprints: unknown): string | undefined {
  if (typeof fingerprints !== 'object' || fingerprints === null) return undefined;
  const entries = Object.entries(fingerprints).filter(([, value]) => isTold(value));
  if (entries.length === 0) return undefined;
  return JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** @returns what the tool gives to tell a result from others, in whatever line it is */
export function fingerprintsOf(result: Result): string | undefined {
  return told(result.fingerprints) ?? told(result.partialFingerprints);
}

/** @returns the code that a result is about, if the tool gives it */
export function snippetOf(result: Result): string | undefined {
  const [location] = result.locations ?? [];
  const snippet = location?.physicalLocation?.region?.snippet?.text;
  return isTold(snippet) ? snippet : undefined;
}
