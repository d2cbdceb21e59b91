import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shown } from './text.js';

describe('shown', () => {
  it('has at most `max` characters and no half surrogate pairs', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 30 }), (text, max) => {
        const short = shown(text, max);
        expect(short.length).toBeLessThanOrEqual(max);
        // PostgreSQL cannot store half a surrogate pair.
        expect(/\p{Cs}/u.test(short)).toBe(false);
      }),
    );
  });

  it('replaces half a surrogate pair', () => {
    expect(shown(`${'a'.repeat(198)}😀😀`)).toBe(`${'a'.repeat(198)}\ufffd…`);
    expect(shown('a😀')).toBe('a😀');
  });
});
