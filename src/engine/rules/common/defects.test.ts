import { describe, expect, it } from 'vitest';
import { SEVERITIES } from '../../../vocabulary/severity.js';
import { defect, defects } from '../input.support.js';
import {
  ANY_FIX,
  bySeverity,
  describe as describeDefect,
  type Filter,
  matching,
} from './defects.js';

const ALL: Filter = { types: ['vulnerability'], severities: SEVERITIES, fixes: ANY_FIX };
const critical = defect('CVE-2024-1');
const high = defect('CVE-2024-2', { severity: 'high', fixedVersion: null });

describe('matching', () => {
  it('subtracts a defect once, even if several waivers cover it', () => {
    const one = { ...critical, waivers: ['w2'] };
    const waived = [one, { ...one, waivers: ['w1'] }];
    expect(matching({ ...defects([critical, high]), waived }, ALL)).toMatchObject({
      total: 1,
      worst: [high],
      waived: [{ rule: 'CVE-2024-1' }],
    });
  });

  it('subtracts nothing for a waived defect that was not counted', () => {
    const ghost = { ...defect('CVE-0'), waivers: ['w'] };
    const none = { counts: [], worst: [], waived: [ghost] };
    expect(matching(none, ALL).total).toBe(0);
    expect(matching({ ...defects([high]), waived: [ghost] }, ALL).total).toBe(1);
  });

  it('names each defect once, without waived ones', () => {
    const worst = [high, high, critical];
    const waived = [{ ...critical, waivers: ['w'] }];
    expect(matching({ ...defects([high, critical]), worst, waived }, ALL).worst).toEqual([high]);
  });

  it('sorts by severity, then fixable ones first', () => {
    const fixable = defect('CVE-2024-3', { severity: 'high' });
    const { worst } = matching(defects([high, fixable, critical]), ALL);
    expect(worst).toEqual([critical, fixable, high]);
  });
});

describe('bySeverity', () => {
  it('names each, the worst first', () => {
    const all = SEVERITIES.toReversed().map((severity) => defect(severity, { severity }));
    expect(bySeverity(matching(defects(all), ALL))).toBe(
      '1 critical, 1 high, 1 medium, 1 low, 1 none-severity and 1 unknown-severity',
    );
    expect(bySeverity(matching(defects([]), ALL))).toBe('No');
  });
});

describe('a defect in words', () => {
  it.each([
    [{}, 'CVE-1 in pkg:npm/x@1.0.0, fixed in 1.2.3'],
    [{ fixedVersion: null }, 'CVE-1 in pkg:npm/x@1.0.0'],
    [{ purl: null }, 'CVE-1 in x@1.0.0, fixed in 1.2.3'],
    [{ purl: null, packageVersion: null }, 'CVE-1 in x, fixed in 1.2.3'],
    [
      { purl: null, packageName: null, location: 'Dockerfile' },
      'CVE-1 in Dockerfile, fixed in 1.2.3',
    ],
    [{ purl: null, packageName: null, fixedVersion: null }, 'CVE-1'],
  ])('%j', (rest, words) => expect(describeDefect(defect('CVE-1', rest))).toBe(words));
});
