import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  clockOf,
  DAYS,
  type Day,
  scheduleAt,
  spansAfter,
  stateAt,
  type WindowTimes,
} from './windows.js';
import { clockAt } from './zoned-time.js';

const WORK: WindowTimes = {
  kind: 'change',
  from: '09:00',
  to: '17:00',
  days: ['mon', 'tue', 'wed', 'thu', 'fri'],
  timeZone: 'Europe/Berlin',
};
const NIGHT: WindowTimes = { ...WORK, kind: 'freeze', from: '22:00', to: '06:00', days: ['sat'] };
const HOLIDAYS: WindowTimes = {
  kind: 'freeze',
  from: '2027-12-20T18:00',
  to: '2028-01-03T08:00',
  days: [],
  timeZone: 'Europe/Berlin',
};

const at = (text: string) => Date.parse(`${text}:00Z`);
const shown = (time: number | null) => time && new Date(time).toISOString().slice(0, 16);
const spans = (window: WindowTimes, after: string, count: number) => {
  const found: string[] = [];
  for (const { start, end } of spansAfter(window, at(after))) {
    found.push(`${shown(start)} ${shown(end)}`);
    if (found.length === count) break;
  }
  return found;
};
const state = (window: WindowTimes, when: string) => {
  const { state, until } = stateAt(window, at(when));
  return `${state} ${shown(until)}`;
};
const schedule = (windows: readonly WindowTimes[], when: string) => {
  const { isOpen, opensAt, closesAt, next } = scheduleAt(windows, at(when));
  return { isOpen, opensAt: shown(opensAt), closesAt: shown(closesAt), next: shown(next) };
};

describe('a window', () => {
  it('keeps the time of day when daylight saving time begins and ends', () => {
    expect(spans(WORK, '2027-03-26T00:00', 2)).toEqual([
      '2027-03-26T08:00 2027-03-26T16:00',
      '2027-03-29T07:00 2027-03-29T15:00',
    ]);
    expect(spans(WORK, '2027-10-29T00:00', 2)).toEqual([
      '2027-10-29T07:00 2027-10-29T15:00',
      '2027-11-01T08:00 2027-11-01T16:00',
    ]);
  });

  it('ends on the next day, an hour earlier or later when clocks change', () => {
    expect(spans(NIGHT, '2027-03-27T12:00', 1)).toEqual(['2027-03-27T21:00 2027-03-28T04:00']);
    expect(spans(NIGHT, '2027-10-30T12:00', 1)).toEqual(['2027-10-30T20:00 2027-10-31T05:00']);
  });

  it('begins when clocks skip its start, and does not occur if they skip all of it', () => {
    const early = { ...NIGHT, from: '02:30', to: '04:00', days: ['sun'] } as const;
    expect(spans(early, '2027-03-28T00:00', 1)).toEqual(['2027-03-28T01:00 2027-03-28T02:00']);
    const skipped = { ...early, to: '02:45' };
    expect(spans(skipped, '2027-03-28T00:00', 1)).toEqual(['2027-04-04T00:30 2027-04-04T00:45']);
  });

  it('an hour that occurs twice is frozen, and not a change window', () => {
    const early = { ...NIGHT, from: '01:00', to: '02:30', days: ['sun'] } as const;
    expect(spans(early, '2027-10-30T22:00', 1)).toEqual(['2027-10-30T23:00 2027-10-31T01:30']);
    expect(spans({ ...early, kind: 'change' }, '2027-10-30T22:00', 1)).toEqual([
      '2027-10-30T23:00 2027-10-31T00:30',
    ]);
  });

  it('is open from its start, until before its end', () => {
    expect(state(HOLIDAYS, '2027-12-20T16:59')).toBe('closed 2027-12-20T17:00');
    expect(state(HOLIDAYS, '2027-12-20T17:00')).toBe('open 2028-01-03T07:00');
    expect(state(HOLIDAYS, '2028-01-03T06:59')).toBe('open 2028-01-03T07:00');
    expect(state(HOLIDAYS, '2028-01-03T07:00')).toBe('closed null');
  });

  it('is open through days that touch', () => {
    const weekend = { ...WORK, kind: 'freeze', from: '00:00', to: '24:00' } as const;
    const days: readonly Day[] = ['sat', 'sun'];
    expect(state({ ...weekend, days }, '2027-10-30T12:00')).toBe('open 2027-10-31T23:00');
  });

  it('agrees with the clock of its zone, minute by minute', () => {
    const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'UTC'];
    const hour = fc.integer({ min: 4, max: 23 }).map((n) => `${String(n).padStart(2, '0')}:00`);
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        hour,
        hour,
        fc.subarray([...DAYS], { minLength: 1 }),
        fc.integer({ min: at('2027-01-01T00:00') / 60_000, max: at('2028-01-01T00:00') / 60_000 }),
        (timeZone, from, to, days, minute) => {
          const time = minute * 60_000;
          const wall = new Date(clockAt(time, timeZone));
          const clock = wall.toISOString().slice(11, 16);
          const [today, yesterday] = [wall.getUTCDay(), (wall.getUTCDay() + 6) % 7];
          const began = (day: number) => days.includes(DAYS[day] ?? 'sun');
          const isOpen =
            from < to
              ? began(today) && from <= clock && clock < to
              : (began(today) && from <= clock) || (began(yesterday) && clock < to);
          const found = stateAt({ kind: 'freeze', from, to, days, timeZone }, time).state;
          expect(found).toBe(isOpen ? 'open' : 'closed');
        },
      ),
    );
  });
});

describe('clockOf', () => {
  it('is not a number for a date that does not exist', () => {
    expect(clockOf('2027-02-28T10:00')).toBe(at('2027-02-28T10:00'));
    expect(clockOf('2027-02-29T10:00')).toBeNaN();
    expect(clockOf('2027-02-28T24:30')).toBeNaN();
  });
});

describe('a schedule', () => {
  it('without windows is always open', () => {
    expect(schedule([], '2027-01-01T00:00')).toEqual({
      ...{ isOpen: true, opensAt: null, closesAt: null, next: null },
    });
  });

  it('closes when a freeze begins, and opens when the last of several ends', () => {
    const more = { ...HOLIDAYS, from: '2028-01-02T00:00', to: '2028-01-05T00:00' };
    expect(schedule([HOLIDAYS, more], '2027-12-01T00:00')).toEqual({
      ...{ isOpen: true, opensAt: null, closesAt: '2027-12-20T17:00', next: '2027-12-20T17:00' },
    });
    expect(schedule([HOLIDAYS, more], '2027-12-24T00:00')).toEqual({
      ...{ isOpen: false, opensAt: '2028-01-04T23:00', closesAt: null, next: '2028-01-01T23:00' },
    });
  });

  it('opens when a change window begins that no freeze covers', () => {
    expect(schedule([WORK, HOLIDAYS], '2027-12-18T12:00')).toEqual({
      ...{ isOpen: false, opensAt: '2027-12-20T08:00', closesAt: null, next: '2027-12-20T08:00' },
    });
    expect(schedule([WORK, HOLIDAYS], '2027-12-20T12:00')).toMatchObject({
      ...{ isOpen: true, closesAt: '2027-12-20T16:00' },
    });
    expect(schedule([WORK, HOLIDAYS], '2027-12-22T12:00')).toMatchObject({
      ...{ isOpen: false, opensAt: '2028-01-03T08:00' },
    });
  });

  it('says nothing about an opening that is too far away', () => {
    const never = { ...WORK, from: '2027-01-01T00:00', to: '2027-01-02T00:00', days: [] };
    expect(schedule([never], '2027-06-01T00:00')).toMatchObject({ isOpen: false, opensAt: null });
  });
});
