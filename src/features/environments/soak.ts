import type { PromotionInput } from '../../engine/index.js';
import type { Soak } from './status.schemas.js';

const HOUR_MS = 3_600_000;

/** Hours so far, rounded down to a tenth. null: it left too early, and how long it ran is not known. */
function hoursOf({ state, minimumHours, until }: PromotionInput, at: Date): number | null {
  if (state === 'met') return minimumHours;
  if (state === 'absent') return 0;
  if (until === null) return null;
  const left = (Date.parse(until) - at.getTime()) / HOUR_MS;
  return Math.max(0, Math.floor((minimumHours - left) * 10) / 10);
}

/** The demands that name hours, with the hours so far. @param at when it was decided */
export const soakOf = (promoted: readonly PromotionInput[], at: Date): Soak[] =>
  promoted
    .filter(({ minimumHours }) => minimumHours > 0)
    .map((one) => ({
      environment: one.environment,
      minimumHours: one.minimumHours,
      hours: hoursOf(one, at),
      state: one.state,
      until: one.until === null ? null : new Date(one.until),
    }));
