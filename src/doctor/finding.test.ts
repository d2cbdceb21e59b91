import { describe, expect, it } from 'vitest';
import { fail, lineOf, ok, unknown, warn, worstOf } from './finding.js';

describe('lineOf', () => {
  it('has the worst status, its next step, and all that was found', () => {
    const line = lineOf('disk', [ok('a'), fail('b', 'df -h'), warn('c', 'x')]);
    expect(line).toEqual({ check: 'disk', status: 'fail', found: 'b; c; a', next: 'df -h' });
  });

  it('refuses a check that found nothing, because that is not ok', () => {
    expect(() => lineOf('disk', [])).toThrow('disk');
  });
});

it('unknown is worse than ok, and is not a failure', () => {
  const lines = [lineOf('a', [ok('a')]), lineOf('b', [unknown('b')])];
  expect(worstOf(lines)).toBe('unknown');
  expect(worstOf([...lines, lineOf('c', [warn('c', 'd')])])).toBe('warn');
});
