import { describe, expect, it } from 'vitest';
import { idAfter } from './deployment-id.js';

const UUID_7 = /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
const NOW = Date.parse('2026-11-25T10:00:00.000Z');
const idSince = (previous: string | undefined, now: number) => idAfter(previous, new Date(now));
const timeOf = (id: string) => Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);

describe('idAfter', () => {
  it('returns a UUID of version 7 that begins with the time', () => {
    const id = idSince(undefined, NOW);
    expect(id).toMatch(UUID_7);
    expect(timeOf(id)).toBe(NOW);
    expect(timeOf(idSince(idSince(undefined, NOW - 1000), NOW))).toBe(NOW);
  });

  it('returns a different id each time', () => {
    expect(new Set(Array.from({ length: 1000 }, () => idSince(undefined, NOW))).size).toBe(1000);
  });

  it('sorts after the previous id within a millisecond, and when the clock is set back', () => {
    let last = idSince(undefined, NOW);
    for (let i = 0; i < 1000; i += 1) {
      const next = idSince(last, NOW - i);
      expect(next).toMatch(UUID_7);
      expect(next > last).toBe(true);
      last = next;
    }
    expect(timeOf(last)).toBe(NOW + 1000);
  });
});
