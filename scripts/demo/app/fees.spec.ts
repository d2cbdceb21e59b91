import { describe, expect, it } from 'vitest';
import { fee } from './fees.js';

describe('fee', () => {
  it('is a share of the amount', () => {
    expect(fee(10_000, 0.015)).toBe(150);
  });

  it('is rounded to the nearest cent', () => {
    expect(fee(250, 0.015)).toBe(4);
  });

  it('is nothing at a rate of 0', () => {
    expect(fee(250, 0)).toBe(0);
  });
});
