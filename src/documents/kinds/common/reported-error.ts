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
 * Why a report does not count: it has an error at its top, which is not a field of reports that are complete. Wrappers
 * and tools that go on after a failure write it. Continues "does not count: ".
 */
export function reportedError(document: unknown): string | undefined {
  const { error, Error: other, errors }: Record<string, unknown> = Object(document);
  const text = textOf(error) ?? textOf(other) ?? textOf(errors);
  return text && `it has an error: ${text.slice(0, MAX_TEXT)}. Correct it, and scan again`;
}
