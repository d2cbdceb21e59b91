import { describe, expect, it } from 'vitest';
import { RuleFault } from './common/fault.js';
import type { ReviewInput } from './common/reviews.js';
import { ask, input } from './input.support.js';

const review = (id: string, overdue: boolean): ReviewInput => ({
  ...{ id, environment: 'production', version: '1.3.0' },
  ...{ dueAt: '2026-12-01T00:00:00.000Z', overdue },
});
const judged = (reviews: ReviewInput[], parameters: object = {}, rollback = false) =>
  ask('break-glass-reviewed', parameters, input({ reviews, rollback }));

describe('break-glass-reviewed', () => {
  it('passes without a review that is overdue', () => {
    expect(judged([])).toEqual({ status: 'pass', message: 'No review is overdue' });
    expect(judged([review('a', false)]).status).toBe('pass');
    expect(judged([], { while: 'open' }).message).toBe('No break-glass waits for its review');
  });

  it('denies while one is, and names what is missing', () => {
    expect(judged([review('a', false), review('b', true)])).toEqual({
      status: 'fail',
      message:
        '1 review of break-glass is overdue: 1.3.0 in production, due 2026-12-01 (b). A person who neither broke the glass nor confirmed it writes the review: POST /break-glass/{id}/review',
    });
    const open = judged([review('a', false), review('b', true)], { while: 'open' });
    expect(open.message).toMatch(/^2 reviews of break-glass are missing: 1\.3\.0 in production/);
    const many = Array.from({ length: 7 }, (_, i) => review(String(i), true));
    expect(judged(many).message).toContain('; and 2 more.');
  });

  it('lets a rollback pass', () => {
    expect(judged([review('a', true)], {}, true).status).toBe('pass');
  });

  it('cannot be asked without the reviews', () => {
    expect(() => ask('break-glass-reviewed', {}, input())).toThrow(RuleFault);
  });
});
