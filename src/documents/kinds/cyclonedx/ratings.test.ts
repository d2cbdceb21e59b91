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

  it.each<[object, string]>([
    [{ severity: 'low', score: 9.8 }, 'critical'],
    [{ severity: 'low', vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }, 'critical'],
    [{ severity: 'medium', score: 9.8, source: { name: 'NVD' } }, 'critical'],
    [{ severity: 'critical', score: 2 }, 'critical'],
    [{ severity: 'high', score: 10, method: 'CVSSv2' }, 'high'],
    [{ severity: 'high', score: 10, vector: 'AV:N/AC:L/Au:N/C:C/I:C/A:C' }, 'high'],
    [{ severity: 'high', score: 10, method: 'CVSSv31' }, 'critical'],
    [{ severity: 'low', score: 9.8, method: 'OWASP' }, 'low'],
    [{ severity: 'medium', score: 7.5, source: { name: 'redhat' } }, 'medium'],
    [{ severity: 'none', score: 7.5, source: { name: 'redhat' } }, 'high'],
  ])('that contradict their own score: %j is %s', (rating, severity) => {
    expect(rated([rating])?.severity).toBe(severity);
  });

  it('of a vendor are not contradicted by the score of the NVD', () => {
    const ratings = [
      { severity: 'low', source: { name: 'debian' } },
      { severity: 'critical', score: 9.8, source: { name: 'nvd' } },
    ];
    expect(rated(ratings, { source: { name: 'debian' } })?.severity).toBe('low');
    expect(rated(ratings)?.severity).toBe('critical');
  });
});
