import { expect, it } from 'vitest';
import { workOf } from '../../../../test/support/counted-work.js';
import { scoreOf } from './cvss.js';

it('calculates the score of a vector once', async () => {
  const vector = 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N';
  const first = await workOf(() => scoreOf(vector));
  expect(await workOf(() => scoreOf(vector))).toBeLessThan(first / 10);
});
