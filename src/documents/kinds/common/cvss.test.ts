import { expect, it } from 'vitest';
import { scoreOf, severityFrom } from './cvss.js';

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

it('a word counts before a score, and a score before a vector', () => {
  expect(severityFrom('low', 9, V4)).toBe('low');
  expect(severityFrom('unknown', 5, V4)).toBe('medium');
  expect(severityFrom(undefined, undefined, V4)).toBe('critical');
  expect(severityFrom(undefined)).toBe('unknown');
});
