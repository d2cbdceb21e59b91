import { describe, expect, it } from 'vitest';
import { soakOf } from './soak.js';

const at = new Date('2026-12-01T12:00:00Z');
const demand = { environment: 'staging', minimumHours: 24, until: null };

describe('soakOf', () => {
  it.each([
    ['met', null, 24],
    ['absent', null, 0],
    ['short', null, null],
    ['soaking', '2026-12-01T12:00:00.001Z', 23.9],
    ['soaking', '2026-12-01T22:00:00Z', 14],
    ['soaking', '2026-12-02T12:00:00Z', 0],
    // The clock of another instance is ahead.
    ['soaking', '2026-12-02T12:00:01Z', 0],
  ] as const)('%s until %s: %s hours', (state, until, hours) => {
    const [soak] = soakOf([{ ...demand, state, until }], at);
    expect(soak).toEqual({ ...demand, state, hours, until: until && new Date(until) });
  });

  it('leaves out demands without hours', () => {
    expect(soakOf([{ ...demand, minimumHours: 0, state: 'met' }], at)).toEqual([]);
  });
});
