import { describe, expect, it } from 'vitest';
import { MAX_ROWS } from '../../kind.js';
import { fault, lodash, parse, report, vulnerable } from './osv.support.js';

const records = (count: number) =>
  Array.from({ length: count }, (_item, i) => ({ id: `OSV-${i}` }));

describe('OSV-Scanner: size', () => {
  it('reads a package with 100,000 vulnerabilities in as many groups', () => {
    const { findings, contradictions } = parse(report([vulnerable(records(100_000))]));
    expect(findings).toHaveLength(100_000);
    expect(contradictions).toEqual([]);
  });

  it('refuses more findings than a document can have', () => {
    const half = records(MAX_ROWS / 2 + 1);
    const other = vulnerable(half, { package: { ...lodash, name: 'other' } });
    expect(fault(report([vulnerable(half), other]))).toMatchObject({
      reason: 'limit',
      pointer: '/results/0/packages/1',
    });
  });
});
