import type { Coverage } from '../../../vocabulary/coverage.js';
import { isObject } from './texts.js';

const MAX_TEXT = 150;

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value.trim() || undefined;
  if (value === true) return 'without a message';
  if (Array.isArray(value)) return value.length > 0 ? (textOf(value[0]) ?? 'an error') : undefined;
  if (!isObject(value) || Object.keys(value).length === 0) return undefined;
  const { message, summary, detail } = value;
  return textOf(message) ?? textOf(summary) ?? textOf(detail) ?? 'without a message';
}

/**
 * Why a report does not count: it has an error at its top, or in one of its parts, which is not a field of reports that
 * are complete. Wrappers and tools that go on after a failure write it, in any case. Continues "does not count: ".
 */
export function reportedError(
  document: unknown,
  parts: readonly unknown[] = [],
): string | undefined {
  for (const place of [document, ...parts]) {
    if (!isObject(place)) continue;
    for (const [name, value] of Object.entries(place)) {
      const text = /^errors?$/i.test(name) ? textOf(value) : undefined;
      if (text) return `it has an error: ${text.slice(0, MAX_TEXT)}. Correct it, and scan again`;
    }
  }
  return undefined;
}

/** The coverage of a document, which failed if the document has an error at its top. */
export function withReportedError(coverage: readonly Coverage[], document: unknown): Coverage[] {
  const reason = reportedError(document);
  return coverage.map((entry) =>
    reason === undefined ? entry : { ...entry, ran: 'failed', reason },
  );
}
