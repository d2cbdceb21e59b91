import { expect, it } from 'vitest';
import { hasOwnScale, scoreOf, severityFrom, severityOfBoth } from './cvss.js';

const V4 = 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N';

it.each([
  [V4, 9.3],
  ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:L/A:N', 6.5],
  ['AV:N/AC:L/Au:N/C:P/I:P/A:P', 7.5],
  ['nothing', undefined],
  ['', undefined],
  [null, undefined],
  [`${V4}${' '.repeat(500)}`, undefined],
])('%s has the score %s, each time', (vector, score) => {
  expect([scoreOf(vector), scoreOf(vector)]).toEqual([score, score]);
});

const rated = (score: number, vector?: string) => ({ score, vector });

it('a word counts before a score of another source', () => {
  expect(severityFrom('low', rated(9, V4))).toBe('low');
  expect(severityFrom('unknown', rated(5, V4))).toBe('medium');
  expect(severityFrom(undefined, rated(9.3))).toBe('critical');
  expect(severityFrom('unknown', undefined)).toBe('unknown');
  expect(severityFrom(undefined, undefined)).toBe('unknown');
});

const V2 = 'AV:N/AC:L/Au:N/C:C/I:C/A:C';

it.each([
  ['low', 9.8, undefined, 'critical'],
  ['none', 0.1, undefined, 'low'],
  ['medium', 6.9, undefined, 'medium'],
  ['medium', 7, undefined, 'high'],
  ['critical', 2, undefined, 'critical'],
  ['low', 0, undefined, 'low'],
  ['high', 9.3, V4, 'critical'],
  ['high', 10, V2, 'high'],
  ['high', 10, `(${V2})`, 'high'],
  ['low', 10, V2, 'high'],
  ['unknown', 10, V2, 'critical'],
  [undefined, 9.8, undefined, 'critical'],
] as const)(
  'of %s and %s by one source with %s, the worse counts: %s',
  (word, score, vector, severity) => {
    expect(severityOfBoth(word, rated(score, vector))).toBe(severity);
  },
);

it.each([
  ['redhat', true],
  ['Red Hat', true],
  ['redhat:distro:redhat:9', true],
  ['rhel:distro:rhel:9', true],
  ['redhat.example', false],
  ['Red Hat: ours', false],
  ['Red Hat:', false],
  ['nvd', false],
  [undefined, false],
])('%s has its own scale: %s', (source, expected) => expect(hasOwnScale(source)).toBe(expected));
