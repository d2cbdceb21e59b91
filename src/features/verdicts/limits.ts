import { agedOf, type Prepared } from '../../engine/index.js';
import { breakGlassAt } from '../break-glass/index.js';
import { lineAt, promotionsAt, rollbackEnds } from '../environments/index.js';
import type { Row, WholeRow } from './collect.js';

/** What a verdict says of the clock. Nothing here is an input: it says when the inputs will be others. */
export interface Limits {
  /** The next moment at which a limit passes, so that the answer may be another one. null: none is known. */
  readonly validUntil: Date | null;
  /** When windows let ordinary releases pass. null: now, or no such time is known. */
  readonly opensAt: Date | null;
  /** Until when windows let ordinary releases pass. null: not now, or no end is known. */
  readonly closesAt: Date | null;
}

/** What the rules, and the order of environments, ask about other environments. */
export const demandsOf = (
  { after }: Pick<Row, 'after'>,
  { demands }: Pick<Prepared, 'demands'>,
) => [...demands, ...after.map((environment) => ({ environment, minimumHours: 0 }))];

const DAY_S = 86_400;
const dateOf = (time: number | null) => (time === null ? null : new Date(time));

/** When evidence becomes too old for some rule, in milliseconds since 1970, to the second before. */
function* agesEnd({ evidence }: WholeRow, days: readonly number[]): Generator<number> {
  if (days.length === 0) return;
  for (const one of evidence) {
    const { ageSeconds, uploadSeconds, databaseAgeSeconds } = agedOf(one);
    for (const limit of days) {
      for (const age of [ageSeconds, uploadSeconds, databaseAgeSeconds]) {
        const left = limit * DAY_S - (age ?? Number.POSITIVE_INFINITY);
        if (left >= 0) yield Math.floor(Math.round((one.now + left) * 1000) / 1000) * 1000;
      }
    }
  }
}

/** When approvals become too old for some rule, in milliseconds since 1970. */
function* approvalsEnd({ approvals }: WholeRow, { asks }: Pick<Prepared, 'asks'>) {
  for (const { maximumAgeDays } of asks) {
    if (maximumAgeDays === undefined) continue;
    for (const { givenAt } of approvals.given)
      yield Date.parse(givenAt) + maximumAgeDays * DAY_S * 1000;
  }
}

/** When the glass is whole again, and when a review that a rule asks for is overdue, in milliseconds since 1970. */
function* breakGlassEnds(
  { breakGlass, reviews }: WholeRow,
  { needs }: Pick<Prepared, 'needs'>,
  at: number,
) {
  const open = breakGlassAt(breakGlass, at);
  if (open) yield Date.parse(open.until);
  if (needs.reviews) for (const { dueAt } of reviews) yield Date.parse(dueAt);
}

export function limitsOf(
  row: WholeRow,
  prepared: Pick<Prepared, 'ageLimits' | 'asks' | 'demands' | 'needs'>,
): Limits {
  const at = row.evaluatedAt.getTime();
  const { schedule } = lineAt(row.windows, at);
  let until = schedule.next ?? Number.POSITIVE_INFINITY;
  for (const { expiresAt } of row.waivers) until = Math.min(until, Date.parse(expiresAt));
  for (const end of agesEnd(row, prepared.ageLimits)) until = Math.min(until, end);
  for (const end of approvalsEnd(row, prepared)) if (end > at) until = Math.min(until, end);
  for (const end of breakGlassEnds(row, prepared, at)) if (end > at) until = Math.min(until, end);
  const rollback = rollbackEnds(row.rollback);
  if (rollback !== undefined && rollback > at) until = Math.min(until, rollback);
  for (const { until: soaked } of promotionsAt(row.promoted, demandsOf(row, prepared), at)) {
    if (soaked !== null) until = Math.min(until, Date.parse(soaked));
  }
  return {
    validUntil: dateOf(Number.isFinite(until) ? Math.max(until, at) : null),
    opensAt: dateOf(schedule.opensAt),
    closesAt: dateOf(schedule.closesAt),
  };
}
