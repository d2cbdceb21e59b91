import { clockAt, instantOf } from './zoned-time.js';

/** `freeze`: nothing ordinary is deployed. `change`: what is ordinary is deployed only then. */
export const WINDOW_KINDS = ['freeze', 'change'] as const;
export type WindowKind = (typeof WINDOW_KINDS)[number];

/** In the order of `Date.getUTCDay`. */
export const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
export type Day = (typeof DAYS)[number];

/** When a window is open, by clocks of its zone. It includes its start, and not its end. */
export interface WindowTimes {
  readonly kind: WindowKind;
  /** `YYYY-MM-DDTHH:MM`, or `HH:MM` with days. */
  readonly from: string;
  /** The same, and also `24:00`. A weekly window whose end is not after its start ends on the next day. */
  readonly to: string;
  /** Days of the week on which it begins. Empty: once. */
  readonly days: readonly Day[];
  readonly timeZone: string;
}

/** Milliseconds since 1970: the start, and the first instant after it. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const DAY_MS = 86_400_000;

const minutesOf = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

/** What a clock shows, as if it showed UTC. NaN for a date that does not exist. */
export function clockOf(local: string): number {
  const clock = Date.parse(`${local}:00.000Z`);
  const same = Number.isNaN(clock) ? '' : new Date(clock).toISOString().slice(0, local.length);
  return same === local ? clock : Number.NaN;
}

/**
 * Windows begin at the first of two equal times. Freezes end at the second, change windows at the first: so a doubtful
 * hour is closed.
 */
function spanOf({ kind, timeZone }: WindowTimes, from: number, to: number): Span {
  const start = instantOf(from, timeZone, 'first');
  return { start, end: instantOf(to, timeZone, kind === 'freeze' ? 'last' : 'first') };
}

/**
 * The spans of a window that end after an instant, in order. A weekly window has no last one. Spans without length,
 * because clocks skip them, are left out.
 */
export function* spansAfter(window: WindowTimes, after: number): Generator<Span, undefined> {
  const { from, to, days, timeZone } = window;
  if (days.length === 0) {
    const span = spanOf(window, clockOf(from), clockOf(to));
    if (span.end > after && span.end > span.start) yield span;
    return undefined;
  }
  const [begins, ends] = [minutesOf(from), minutesOf(to)];
  const length = ends > begins ? ends - begins : ends + 1440 - begins;
  // A window of the day before yesterday cannot be open any more, whatever clocks did.
  const first = Math.floor(clockAt(after, timeZone) / DAY_MS) - 2;
  for (let day = first; ; day += 1) {
    const name = DAYS[new Date(day * DAY_MS).getUTCDay()];
    if (!name || !days.includes(name)) continue;
    const clock = day * DAY_MS + begins * 60_000;
    const span = spanOf(window, clock, clock + length * 60_000);
    if (span.end > after && span.end > span.start) yield span;
  }
}

/** Whether a window is open, and until when, or when it opens next. Null: never again. */
export interface WindowState {
  readonly state: 'open' | 'closed';
  readonly until: number | null;
}

/** The end of a run of spans that touch or overlap, such as whole days one after another. */
const MAX_SPANS = 16;

export function stateAt(window: WindowTimes, at: number): WindowState {
  let until: number | undefined;
  let count = 0;
  for (const { start, end } of spansAfter(window, at)) {
    count += 1;
    if (until === undefined) {
      if (start > at) return { state: 'closed', until: start };
      until = end;
    } else if (start > until || count > MAX_SPANS) break;
    else until = Math.max(until, end);
  }
  return until === undefined ? { state: 'closed', until: null } : { state: 'open', until };
}

/** When ordinary deployments are possible. `next`: the next moment at which a window opens or closes. */
export interface Schedule {
  readonly isOpen: boolean;
  /** When it opens. Null: it is open, or no opening is known. */
  readonly opensAt: number | null;
  /** When it closes. Null: it is closed, or no end is known. */
  readonly closesAt: number | null;
  readonly next: number | null;
}

/** How many openings and closings are looked at. After a hundred, nothing is said. */
const MAX_STEPS = 100;

const isOpenWith = (windows: readonly (readonly [WindowTimes, Span | undefined])[], at: number) => {
  const open = (kind: WindowKind) =>
    windows.some(
      ([window, span]) =>
        window.kind === kind && span !== undefined && span.start <= at && at < span.end,
    );
  const hasChange = windows.some(([{ kind }]) => kind === 'change');
  return !open('freeze') && (!hasChange || open('change'));
};

/** @param at milliseconds since 1970 */
export function scheduleAt(windows: readonly WindowTimes[], at: number): Schedule {
  const walks = windows.map((window) => {
    const spans = spansAfter(window, at);
    return { window, spans, span: spans.next().value };
  });
  const isOpen = (when: number) =>
    isOpenWith(
      walks.map(({ window, span }) => [window, span] as const),
      when,
    );
  const now = isOpen(at);
  let [when, next]: [number, number | null] = [at, null];
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const bounds = walks.flatMap(({ span }) => (span ? [span.start, span.end] : []));
    const later = Math.min(...bounds.filter((bound) => bound > when));
    if (!Number.isFinite(later)) break;
    when = later;
    next ??= later;
    for (const walk of walks) {
      // Spans of one window can overlap by an hour when clocks are set back: the later end counts.
      while (walk.span && walk.span.end <= when) walk.span = walk.spans.next().value;
    }
    if (isOpen(when) !== now) {
      return { isOpen: now, opensAt: now ? null : when, closesAt: now ? when : null, next };
    }
  }
  return { isOpen: now, opensAt: null, closesAt: null, next };
}
