import { describe, expect, it } from 'vitest';
import { ratingFrom } from './rating.js';

describe('a CVSS score', () => {
  const vector = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N';

  it.each([
    [5, undefined, 5],
    [5, vector, 5],
    [98, undefined, 10],
    [Number.POSITIVE_INFINITY, undefined, 10],
    [98, vector, 7.5],
    [0, vector, 7.5],
  ])('%s with the vector %s is %s', (score, text, expected) =>
    expect(ratingFrom(score, text)?.score).toBe(expected),
  );

  it.each([0, -1, Number.NaN, null, undefined])('%s is none', (score) =>
    expect(ratingFrom(score, null)).toBeUndefined(),
  );
});
