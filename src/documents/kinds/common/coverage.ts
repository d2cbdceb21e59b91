import { hash } from 'node:crypto';
import { type Coverage, IMAGES } from '../../../vocabulary/coverage.js';
import type { Shown } from '../../../vocabulary/finding-types.js';
import { timed } from './instants.js';

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

/** An extent with images that name no target. See `imagesIn`. */
export const imagesExtent = (
  extent: string | undefined,
  ids: readonly string[],
): string | undefined =>
  ids.length === 0
    ? extent
    : `${extent ?? ''}${IMAGES}${hash('sha256', JSON.stringify([...new Set(ids)].sort()), 'hex')}`;

/** An instant as ISO 8601 in UTC, or undefined if it is missing or not understood. */
export const instantOf = (value: unknown): string | undefined => timed(value).at;
