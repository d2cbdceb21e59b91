import { describe, expect, it } from 'vitest';
import { preparedFor } from './prepared.js';

const policy = (limit: number, version = 1) => ({
  ...{ name: 'house', version, sha256: 'a'.repeat(64) },
  rules: [{ rule: 'no-secrets', mode: 'block' as const, limit }],
});

describe('prepared policies', () => {
  it('are those of the same contents', () => {
    expect(preparedFor([policy(1)])).toBe(preparedFor([policy(1)]));
  });

  it('are never those of other contents, even of the same digest', () => {
    const first = preparedFor([policy(1)]);
    for (const others of [[policy(2)], [policy(1, 2)], [], [policy(1), policy(1)]]) {
      const other = preparedFor(others);
      expect(other).not.toBe(first);
      expect(other.policies).toEqual(others);
    }
  });
});
