import { describe, expect, it } from 'vitest';
import { bom, parse } from './cyclonedx.support.js';

const rated = (ratings: object[], more: object = {}) =>
  parse(bom({ vulnerabilities: [{ id: 'CVE-2024-1', ratings, ...more }] })).findings?.[0];

describe('ratings', () => {
  it.each([
    ['critical', 'critical'],
    ['high', 'high'],
    ['medium', 'medium'],
    ['low', 'low'],
    ['info', 'none'],
    ['none', 'none'],
    ['unknown', 'unknown'],
  ])('%s', (severity, expected) => expect(rated([{ severity }])?.severity).toBe(expected));

  it('take a score, else a vector, where there is no word', () => {
    const vector = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';
    expect(rated([])).toMatchObject({ severity: 'unknown' });
    expect(rated([{ score: 9.1 }])).toMatchObject({ severity: 'critical', score: 9.1 });
    expect(rated([{ vector, severity: 'unknown' }])).toMatchObject({
      severity: 'critical',
      score: 9.8,
    });
    expect(rated([{ vector: 'nonsense' }])).toMatchObject({ severity: 'unknown' });
    expect(rated([{ score: 9.1, severity: 'none' }])).toMatchObject({ severity: 'critical' });
    expect(rated([{ score: 0, severity: 'info' }])).toMatchObject({ severity: 'none' });
    expect(rated([{ score: 9, method: 'OWASP' }])?.severity).toBe('unknown');
    expect(rated([{ score: 9, method: 'OWASP' }])?.score).toBeUndefined();
  });

  it('are those of the source, else the worst', () => {
    const ratings = [
      { severity: 'low', score: 2, source: { name: 'B' } },
      { severity: 'high', score: 7, source: { name: 'A' } },
      { severity: 'high', score: 8 },
      { severity: 'unknown', source: { name: 'C' } },
    ];
    expect(rated(ratings)).toMatchObject({ severity: 'high', score: 8 });
    expect(rated(ratings, { source: { name: 'B' } })).toMatchObject({ severity: 'low', score: 2 });
    expect(rated(ratings, { source: { name: 'C' } })).toMatchObject({ severity: 'high', score: 8 });
    expect(rated(ratings.toReversed())).toMatchObject({ severity: 'high', score: 8 });
  });
});
