import { hash } from 'node:crypto';
import type { Coverage } from '../../../vocabulary/coverage.js';
import type { Shown } from '../../../vocabulary/finding-types.js';

/** What a document tells about a run: its targets, times, and how much the tool looked at. */
export type About = Omit<Coverage, 'what' | 'ran' | 'reason'>;

/** The tool ran. If it looked at nothing, its silence shows nothing. */
export function covered(what: Shown, about: About = {}): Coverage {
  if (about.lookedAt === undefined || about.lookedAt > 0) return { what, ran: 'yes', ...about };
  return uncovered(what, 'the tool looked at nothing', about);
}

/** The tool reports that it failed. */
export const failed = (what: Shown, reason: string, about: About = {}): Coverage => ({
  what,
  ran: 'failed',
  reason,
  ...about,
});

/** The document does not show whether the tool ran. */
export const uncovered = (what: Shown, reason: string, about: About = {}): Coverage => ({
  what,
  ran: 'unknown',
  reason,
  ...about,
});

/** Longer lists become a digest, so that equal texts mean equal parts. */
const MAX_EXTENT = 200;

/** The parts of a target, as one text for `extent`. Undefined if there are none. */
export function extentOf(parts: Iterable<string>): string | undefined {
  const sorted = [...new Set(parts)].sort();
  const text = sorted.join(', ');
  if (text.length <= MAX_EXTENT) return text || undefined;
  return `${sorted.length} parts, SHA-256 ${hash('sha256', JSON.stringify(sorted), 'hex')}`;
}

/** Whether a text is an instant without a time zone. */
export const isLocalTime = (text: unknown): boolean =>
  typeof text === 'string' &&
  instantOf(text) !== undefined &&
  !/(?:Z|[+-]\d\d:?\d\d)$/i.test(text.trim().slice(10));

/** An instant as ISO 8601 in UTC, or undefined for a text that is not one. Times without a zone are taken for UTC. */
export function instantOf(text: unknown): string | undefined {
  if (typeof text !== 'string' || !/^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d|$)/.test(text))
    return undefined;
  // RFC 3339 allows more digits of a second than `Date` reads, and a space instead of T.
  const plain = text
    .trim()
    .replace(' ', 'T')
    .replace(/(\.\d{3})\d+/, '$1');
  const zoned = /(?:Z|[+-]\d\d:?\d\d)$/i.test(plain) || !plain.includes('T') ? plain : `${plain}Z`;
  const time = new Date(zoned);
  return Number.isNaN(time.getTime()) || time.getUTCFullYear() < 1990
    ? undefined
    : time.toISOString();
}
