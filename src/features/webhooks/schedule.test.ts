import { describe, expect, it } from 'vitest';
import { MAX_ATTEMPTS, retryAfterS, WAITS_S, waitS } from './schedule.js';

const NOW = new Date('2026-12-04T10:00:00Z');

describe('the wait after an attempt', () => {
  it('follows the schedule, up to 10 % longer, and ends after the last one', () => {
    const shortest = Array.from({ length: MAX_ATTEMPTS }, (_, i) => waitS(i + 1, 0, 0));
    expect(shortest).toEqual([...WAITS_S, undefined]);
    expect(waitS(1, 0, 1)).toBeCloseTo(5.5);
    const hours = WAITS_S.reduce((sum, wait) => sum + wait, 0) / 3600;
    expect(hours).toBeCloseTo(75.58, 1);
  });

  it('is at least what the receiver asks for, and does not add attempts', () => {
    expect(waitS(1, 60, 0)).toBe(60);
    expect(waitS(2, 60, 0)).toBe(300);
    expect(waitS(MAX_ATTEMPTS, 60, 0)).toBeUndefined();
  });
});

describe('Retry-After', () => {
  it.each<[string | undefined, number]>([
    [undefined, 0],
    ['120', 120],
    ['Fri, 04 Dec 2026 10:01:00 GMT', 60],
    ['Fri, 04 Dec 2026 09:00:00 GMT', 0],
    ['Fri, 04 Dec 2099 09:00:00 GMT', 86_400],
    ['999999999', 86_400],
    ['99999999999999999999', 86_400],
    ['9'.repeat(400), 86_400],
    ['Friday, 04-Dec-26 10:01:00 GMT', 60],
    ['Fri Dec  4 10:01:00 2026', 60],
    ['Fri, 99 Dec 2026 10:01:00 GMT', 0],
    ['2099', 2099],
    ['2099-01-01', 0],
    ['soon 2099', 0],
    ['Fri, 04 Dec 2026 10:01:00 +0100', 0],
    ['+120', 0],
    ['120, 240', 0],
    ['-5', 0],
    ['1.5', 0],
    ['soon', 0],
    ['', 0],
  ])('%j asks for %d seconds', (header, seconds) => {
    expect(retryAfterS(header, NOW)).toBe(seconds);
  });
});
