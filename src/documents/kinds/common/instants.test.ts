import { describe, expect, it } from 'vitest';
import { earliestOf, isLocalTime, timed } from './instants.js';

const NEW_YEAR = '2020-01-01T00:00:00.000Z';

describe('times', () => {
  it.each([
    ['2020-01-01'],
    ['2020-01-01T00:00:00'],
    ['2020-01-01 00:00'],
    ['2020-01-01T00:00:00Z'],
    ['2020-01-01T00:00:00+0000'],
    ['2020-01-01T00:00:00 UTC'],
    ['2020-01-01T01:00:00+01:00'],
    ['2020-01-01T01:00:00+01'],
    ['2020-01-01T00:00:00,000'],
    ['2020-01-01T00:00:00.000000000Z'],
    ['2020-01-01 00:00:00 +0000 UTC'],
    ['2020-01-01 01:00:00.000000000 +0100 CET m=+0.123'],
    ['20200101T000000Z'],
    ['20200101T000000'],
    ['Wed, 01 Jan 2020 00:00:00 GMT'],
    ['Wed, 1 Jan 2020 01:00:00 +0100'],
    ['Wed Jan  1 00:00:00 2020'],
    ['Wed Jan 1 00:00:00 UTC 2020'],
    ['01/01/2020 00:00:00'],
    ['1577836800'],
    [1577836800],
    ['1577836800000'],
    [1577836800000],
    [1577836800.25 - 0.25],
  ])('%j is understood', (value) => {
    expect(timed(value)).toEqual({ at: NEW_YEAR });
  });

  it.each([
    ['1980-01-01T00:00:00', '1980-01-01T00:00:00.000Z'],
    ['13/01/2020 10:00:00', '2020-01-13T10:00:00.000Z'],
    ['01/13/2020 10:00:00', '2020-01-13T10:00:00.000Z'],
    ['2020-01-01T00:00:00,123', '2020-01-01T00:00:00.123Z'],
  ])('%j is %s', (value, at) => {
    expect(timed(value)).toEqual({ at });
  });

  it.each([
    [undefined],
    [null],
    [''],
    [' '],
    [0],
    ['0'],
    ['0001-01-01T00:00:00Z'],
    ['1970-01-01T00:00:00Z'],
  ])('%j is not a time', (value) => {
    expect(timed(value)).toEqual({});
  });

  it.each([
    ['02/03/2020 10:00:00'],
    ['2020-1-1T0:00:00'],
    ['yesterday'],
    ['2020-13-01T00:00:00Z'],
    ['2020-02-01T25:00:00Z'],
    ['12345'],
    [-5],
    [true],
  ])('%j is not understood', (value) => {
    expect(timed(value)).toEqual({ unreadTime: String(value) });
  });

  it.each([
    '2026-11-31T00:00:00Z',
    '2026-02-30',
    '2025-02-29T10:00:00+02:00',
    '20260431T000000Z',
    '31/11/2026 10:00:00',
    'Mon, 31 Nov 2026 00:00:00 GMT',
    'Mon Feb 30 00:00:00 UTC 2026',
  ])('of a day that does not exist are not understood: %s', (text) => {
    expect(timed(text)).toEqual({ unreadTime: text });
  });

  it.each(['2024-02-29', 'Thu, 29 Feb 2024 00:00:00 GMT', 'Thu Feb 29 02:00:00 +0200 2024'])(
    'of 29 February: %s',
    (text) => {
      expect(timed(text)).toEqual({ at: '2024-02-29T00:00:00.000Z' });
    },
  );

  it('have a text of at most 100 characters', () => {
    expect(timed({ a: 'x'.repeat(500) }).unreadTime).toHaveLength(100);
  });

  it('of several, the earliest counts, and one that is not understood is kept', () => {
    expect(earliestOf(['2020-01-02', '2020-01-01', undefined])).toEqual({ at: NEW_YEAR });
    expect(earliestOf(['2020-01-01', 'soon'])).toEqual({ at: NEW_YEAR, unreadTime: 'soon' });
    expect(earliestOf([undefined])).toEqual({});
  });

  it.each<[unknown, boolean]>([
    ['2020-01-01T00:00:00', true],
    ['2020-01-01', true],
    ['20200101T000000', true],
    ['13/01/2020 10:00:00', true],
    ['Wed Jan  1 00:00:00 2020', true],
    ['2020-01-01T00:00:00Z', false],
    ['2020-01-01 00:00:00 UTC', false],
    ['2020-01-01T00:00:00+01', false],
    ['Wed Jan 1 00:00:00 UTC 2020', false],
    ['Wed, 1 Jan 2020 01:00:00 +0100', false],
    [1577836800, false],
    ['yesterday', false],
    [undefined, false],
  ])('%j without a zone: %s', (value, expected) => {
    expect(isLocalTime(value)).toBe(expected);
  });
});
