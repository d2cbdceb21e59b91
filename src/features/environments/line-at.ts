import {
  type PromotionDemand,
  type PromotionInput,
  ROLLBACK_DAYS,
  type RollbackInput,
  type WindowInput,
} from '../../engine/index.js';
import { stateAt, type WindowTimes } from '../../vocabulary/windows.js';

/** A window as `WINDOWS_INPUT` reads it. */
export type StoredWindow = WindowTimes & Pick<WindowInput, 'id' | 'reason' | 'by'>;

/** What `rollbackInput` reads. */
export interface StoredRollback {
  readonly isRunning: boolean;
  readonly failed: boolean;
  readonly ran: { readonly id: string; readonly until: string } | null;
}

const iso = (time: number | null) => (time === null ? null : new Date(time).toISOString());

/**
 * The windows that matter at a time, as verdicts depend on them: what they say changes only when one opens or closes.
 * @param at milliseconds since 1970
 */
export const windowsAt = (windows: readonly StoredWindow[], at: number): WindowInput[] =>
  windows.flatMap((window) => {
    const { id, kind, reason, by } = window;
    const { state, until } = stateAt(window, at);
    if (kind === 'freeze' && state === 'closed') return [];
    // The end of an open change window is no reason for anything before it comes.
    const matters = kind === 'freeze' || state === 'closed';
    return [{ id, kind, state, until: matters ? iso(until) : null, reason, by }];
  });

const DAY_MS = 86_400_000;

/** When the release cannot be rolled back to any more. Undefined: it cannot, or that is not asked. */
export const rollbackEnds = (stored: StoredRollback | null): number | undefined =>
  stored?.ran ? Date.parse(stored.ran.until) + ROLLBACK_DAYS * DAY_MS : undefined;

function targetAt(stored: StoredRollback, at: number): RollbackInput['target'] {
  if (stored.isRunning) return 'runs';
  if (!stored.ran) return 'never';
  if (stored.failed) return 'failed';
  // Not `<`: a time that is not known is too long ago.
  return at < (rollbackEnds(stored) ?? Number.NaN) ? 'ran' : 'long-ago';
}

/** @param at milliseconds since 1970 */
export function rollbackAt(stored: StoredRollback | null, at: number): RollbackInput | null {
  if (!stored) return null;
  return { target: targetAt(stored, at), deployment: stored.ran?.id ?? null };
}

/** A stay of a release in another environment, as `STAYS_INPUT` reads it. */
export interface Stay {
  readonly environment: string;
  readonly from: string;
  /** Null: it runs there. */
  readonly to: string | null;
}

const HOUR_MS = 3_600_000;

function promotionAt(stays: readonly Stay[], demand: PromotionDemand, at: number): PromotionInput {
  const { environment, minimumHours } = demand;
  const own = stays.filter((stay) => stay.environment === environment);
  const length = minimumHours * HOUR_MS;
  const isMet = own.some(
    ({ from, to }) => (to === null ? at : Date.parse(to)) - Date.parse(from) >= length,
  );
  if (isMet) return { environment, minimumHours, state: 'met', until: null };
  const starts = own.filter(({ to }) => to === null).map(({ from }) => Date.parse(from));
  if (starts.length > 0) {
    const until = iso(Math.min(...starts) + length);
    return { environment, minimumHours, state: 'soaking', until };
  }
  return { environment, minimumHours, state: own.length > 0 ? 'short' : 'absent', until: null };
}

/** Whether demands are met at a time, each demand once. @param at milliseconds since 1970 */
export function promotionsAt(
  stays: readonly Stay[],
  demands: readonly PromotionDemand[],
  at: number,
): PromotionInput[] {
  const once = new Map(demands.map((one) => [`${one.environment}/${one.minimumHours}`, one]));
  return [...once.values()].map((demand) => promotionAt(stays, demand, at));
}
