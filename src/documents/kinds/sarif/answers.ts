import type { Ran } from '../../../vocabulary/coverage.js';

/** Whether a tool did its work, by one part of a run. */
export interface Answer {
  readonly ran: Ran;
  readonly reason: string;
}

export const YES: Answer = { ran: 'yes', reason: '' };
export const failed = (reason: string): Answer => ({ ran: 'failed', reason });
export const unknown = (reason: string): Answer => ({ ran: 'unknown', reason });

const SERIOUS: Readonly<Record<Ran, number>> = { failed: 2, unknown: 1, yes: 0 };

/** The most serious of several answers: the first of those that are alike. */
export const worst = (answers: readonly Answer[]): Answer =>
  answers.reduce((a, b) => (SERIOUS[b.ran] > SERIOUS[a.ran] ? b : a), YES);

/** Longer texts of tools would hide the rest of a message. */
export function shorten(text: string): string {
  const line = text.slice(0, 1000).replace(/\s+/g, ' ').trim();
  return line.length > 120 ? `${line.slice(0, 120)}…` : line;
}
