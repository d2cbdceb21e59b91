import { describe, expect, it } from 'vitest';
import type { WindowTimes } from '../../vocabulary/windows.js';
import { lineAt, promotionsAt, rollbackAt } from './line-at.js';

const at = (text: string) => Date.parse(`${text}:00Z`);
const window = (id: string, times: Partial<WindowTimes> = {}) => ({
  ...({ kind: 'freeze', from: '12:00', to: '18:00', days: ['fri'], timeZone: 'UTC' } as const),
  ...times,
  ...{ id, reason: 'Weekend', by: 'ada' },
});
const change = window('c', { kind: 'change', from: '09:00', to: '16:00', days: ['thu', 'fri'] });

describe('lineAt', () => {
  it('says what matters: open freezes with their end, and change windows with their opening', () => {
    const inputs = (when: string) =>
      lineAt([window('f'), change], at(when)).inputs.map(({ id, state, until }) => [
        id,
        state,
        until,
      ]);
    // 2027-01-07 is a Thursday.
    expect(inputs('2027-01-07T08:00')).toEqual([['c', 'closed', '2027-01-07T09:00:00.000Z']]);
    expect(inputs('2027-01-07T10:00')).toEqual([['c', 'open', null]]);
    expect(inputs('2027-01-08T12:00')).toEqual([
      ['f', 'open', '2027-01-08T18:00:00.000Z'],
      ['c', 'open', null],
    ]);
    expect(lineAt([], 0).inputs).toEqual([]);
  });

  it('is the same object until a window opens or closes, whatever other times are asked about', () => {
    const windows = [window('g')];
    const now = lineAt(windows, at('2027-01-07T10:00'));
    expect(lineAt(windows, at('2027-01-07T23:59'))).toBe(now);
    const before = lineAt(windows, at('2027-01-08T11:00'));
    expect(lineAt(windows, at('2027-01-08T11:59'))).toBe(before);
    const open = lineAt(windows, at('2027-01-08T12:00'));
    expect(open.inputs).toMatchObject([{ state: 'open' }]);
    expect(lineAt(windows, at('2027-01-07T10:00'))).toBe(now);
    expect(lineAt(windows, at('2027-01-08T12:01'))).toBe(open);
    expect(lineAt([window('g', { to: '19:00' })], at('2027-01-08T12:01')).inputs).not.toEqual(
      open.inputs,
    );
  });
});

describe('rollbackAt', () => {
  const ran = { id: 'd', until: '2027-01-01T00:00:00Z' };
  const left = { isRunning: false, isInterrupted: false, failed: false, ran };
  const back = { ...left, isRunning: true, isInterrupted: true };
  it.each([
    ['ran', left],
    ['runs', { ...left, isRunning: true }],
    ['failed', { ...left, failed: true }],
    ['never', { ...left, ran: null }],
    ['long-ago', { ...left, ran: { ...ran, until: 'unknown' } }],
    ['ran', back],
    ['failed', { ...back, failed: true }],
    ['never', { ...back, ran: null }],
    ['runs', { ...back, ran: { ...ran, until: 'unknown' } }],
  ])('%s', (target, stored) => {
    expect(rollbackAt(stored, at('2027-03-31T23:59'))?.target).toBe(target);
  });

  it('ends after 90 days, to the millisecond', () => {
    expect(rollbackAt(left, at('2027-04-01T00:00') - 1)?.target).toBe('ran');
    expect(rollbackAt(left, at('2027-04-01T00:00'))?.target).toBe('long-ago');
    expect(rollbackAt(back, at('2027-04-01T00:00') - 1)?.target).toBe('ran');
    expect(rollbackAt(back, at('2027-04-01T00:00'))?.target).toBe('runs');
    expect(rollbackAt(null, 0)).toBeNull();
  });
});

describe('promotionsAt', () => {
  it('asks each demand once, and is met at its hour', () => {
    const stays = [{ environment: 'staging', from: '2027-01-01T00:00:00Z', to: null }];
    const demand = { environment: 'staging', minimumHours: 24 };
    const state = (when: string) =>
      promotionsAt(stays, [demand, demand], at(when)).map((one) => [one.state, one.until]);
    expect(state('2027-01-01T23:59')).toEqual([['soaking', '2027-01-02T00:00:00.000Z']]);
    expect(state('2027-01-02T00:00')).toEqual([['met', null]]);
    expect(promotionsAt([], [demand], 0)).toMatchObject([{ state: 'absent' }]);
  });
});
