import { describe, expect, it } from 'vitest';
import { clockAt, instantOf, isTimeZone } from './zoned-time.js';

const clock = (text: string) => Date.parse(`${text}:00Z`);
const instant = (text: string, zone: string, which: 'first' | 'last' = 'first') =>
  new Date(instantOf(clock(text), zone, which)).toISOString().slice(0, 16);

describe('instantOf', () => {
  it.each([
    ['2027-01-15T09:00', 'Europe/Berlin', '2027-01-15T08:00'],
    ['2027-07-15T09:00', 'Europe/Berlin', '2027-07-15T07:00'],
    ['2027-07-15T09:00', 'UTC', '2027-07-15T09:00'],
    ['2027-07-15T09:00', 'Asia/Kolkata', '2027-07-15T03:30'],
    ['2027-07-15T09:00', 'America/New_York', '2027-07-15T13:00'],
    ['2027-07-15T09:00', 'Pacific/Kiritimati', '2027-07-14T19:00'],
  ])('%s in %s is %s', (local, zone, expected) => {
    expect(instant(local, zone)).toBe(expected);
    expect(instant(local, zone, 'last')).toBe(expected);
    expect(clockAt(Date.parse(`${expected}Z`), zone)).toBe(clock(local));
  });

  it('a time that clocks skip is the instant at which they skip it', () => {
    for (const which of ['first', 'last'] as const) {
      expect(instant('2027-03-28T02:00', 'Europe/Berlin', which)).toBe('2027-03-28T01:00');
      expect(instant('2027-03-28T02:30', 'Europe/Berlin', which)).toBe('2027-03-28T01:00');
      expect(instant('2027-03-28T03:00', 'Europe/Berlin', which)).toBe('2027-03-28T01:00');
      expect(instant('2027-03-28T01:59', 'Europe/Berlin', which)).toBe('2027-03-28T00:59');
      expect(instant('2027-03-14T02:30', 'America/New_York', which)).toBe('2027-03-14T07:00');
      // Half an hour, on Lord Howe Island.
      expect(instant('2027-10-03T02:15', 'Australia/Lord_Howe', which)).toBe('2027-10-02T15:30');
    }
    // Samoa left out a whole day.
    expect(instant('2011-12-30T12:00', 'Pacific/Apia')).toBe('2011-12-30T10:00');
  });

  it('a time that occurs twice is the first or the last of the two', () => {
    expect(instant('2027-10-31T02:30', 'Europe/Berlin')).toBe('2027-10-31T00:30');
    expect(instant('2027-10-31T02:30', 'Europe/Berlin', 'last')).toBe('2027-10-31T01:30');
    expect(instant('2027-10-31T03:00', 'Europe/Berlin')).toBe('2027-10-31T02:00');
    expect(instant('2027-11-07T01:30', 'America/New_York')).toBe('2027-11-07T05:30');
    expect(instant('2027-11-07T01:30', 'America/New_York', 'last')).toBe('2027-11-07T06:30');
  });
});

describe('isTimeZone', () => {
  it.each(['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5'])('%s', (name) => {
    expect(isTimeZone(name)).toBe(true);
  });

  it.each(['', 'Berlin', 'Europe/Atlantis', '+02:00', 'UTC ', '../etc/passwd'])(
    'not %j',
    (name) => {
      expect(isTimeZone(name)).toBe(false);
    },
  );
});
