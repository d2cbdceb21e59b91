import { LruMap } from 'toad-cache';
import {
  type PromotionDemand,
  type PromotionInput,
  ROLLBACK_DAYS,
  type RollbackInput,
  type WindowInput,
} from '../../engine/index.js';
import { type Schedule, scheduleAt, stateAt, type WindowTimes } from '../../vocabulary/windows.js';

/** A window as `WINDOWS_INPUT` reads it. */
export type StoredWindow = WindowTimes & Pick<WindowInput, 'id' | 'reason' | 'by'>;

/** What `ROLLBACK_INPUT` reads. */
export interface StoredRollback {
  readonly isRunning: boolean;
  /** It runs, and another deployment was started or failed since. */
  readonly isInterrupted: boolean;
  readonly failed: boolean;
  readonly ran: { readonly id: string; readonly until: string } | null;
}

const DAY_MS = 86_400_000;

const iso = (time: number | null) => (time === null ? null : new Date(time).toISOString());

const inputsAt = (windows: readonly StoredWindow[], at: number): WindowInput[] =>
  windows.flatMap((window) => {
    const { id, kind, reason, by } = window;
    const { state, until } = stateAt(window, at);
    if (kind === 'freeze' && state === 'closed') return [];
    // The end of an open change window is no reason for anything before it comes.
    const matters = kind === 'freeze' || state === 'closed';
    return [{ id, kind, state, until: matters ? iso(until) : null, reason, by }];
  });

/** What windows say from a time until the next moment at which one opens or closes. */
interface Line {
  readonly since: number;
  /** The windows that matter, as verdicts depend on them. */
  readonly inputs: readonly WindowInput[];
  readonly schedule: Schedule;
}

const NO_WINDOWS: Line = { since: 0, inputs: [], schedule: scheduleAt([], 0) };

/** Environments and projects with different windows. Times of zones are slow: about 50 µs for each opening. */
const MAX_LINES = 100;
const known = new LruMap<Line>(MAX_LINES);

/**
 * What windows say at a time. It is computed once a day, and when one of them opens or closes. The key is all of their
 * contents, so that a call never uses other windows.
 * @param at milliseconds since 1970
 */
export function lineAt(windows: readonly StoredWindow[], at: number): Line {
  if (windows.length === 0) return NO_WINDOWS;
  // A question about another day has its own entry, so that it does not displace the present.
  const key = JSON.stringify([Math.floor(at / DAY_MS), windows]);
  const before = known.get(key);
  if (before && before.since <= at && at < (before.schedule.next ?? Number.POSITIVE_INFINITY)) {
    return before;
  }
  const line = { since: at, inputs: inputsAt(windows, at), schedule: scheduleAt(windows, at) };
  known.set(key, line);
  return line;
}

/** When the release cannot be rolled back to any more. Undefined: it cannot, or that is not asked. */
export const rollbackEnds = (stored: StoredRollback | null): number | undefined =>
  stored?.ran ? Date.parse(stored.ran.until) + ROLLBACK_DAYS * DAY_MS : undefined;

function targetAt(stored: StoredRollback, at: number): RollbackInput['target'] {
  if (stored.isRunning && !stored.isInterrupted) return 'runs';
  if (!stored.ran) return 'never';
  if (stored.failed) return 'failed';
  // Not `<`: a time that is not known is too long ago.
  if (at < (rollbackEnds(stored) ?? Number.NaN)) return 'ran';
  // What another one interrupted long ago simply runs.
  return stored.isRunning ? 'runs' : 'long-ago';
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
