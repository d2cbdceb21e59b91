import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shown } from './text.js';

describe('shown', () => {
  it('is at most so long, and can be stored, wherever it is cut', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 30 }), (text, max) => {
        const short = shown(text, max);
        expect(short.length).toBeLessThanOrEqual(max);
        // JSON and PostgreSQL want whole characters.
        expect(/\p{Cs}/u.test(short)).toBe(false);
      }),
    );
  });

  it('cuts no character of two units in two', () => {
    expect(shown(`${'a'.repeat(198)}😀😀`)).toBe(`${'a'.repeat(198)}\ufffd…`);
    expect(shown('a😀')).toBe('a😀');
  });
});
