import { describe, expect, it } from 'vitest';
import { growth, LINEAR } from '../../../../test/support/counted-work.js';
import { faultOf } from '../../fault.support.js';
import { parser } from './parser.js';

const parse = (document: unknown) => parser.parse(document, { secretKey: new Uint8Array(32) });
const report = (vulnerabilities: unknown) => ({ auditReportVersion: 2, vulnerabilities });
const packages = (length: number) =>
  report(
    Object.fromEntries(
      Array.from({ length }, (_, i) => [
        `p${i}`,
        {
          via: [
            {
              source: 1,
              name: `p${i}`,
              title: 'Left is right',
              url: 'https://github.com/advisories/GHSA-aaaa-bbbb-cccc',
              severity: 'high',
              cvss: { score: 0, vectorString: null },
              range: '<2.0.0',
            },
          ],
        },
      ]),
    ),
  );

describe('npm audit: limits', () => {
  it('at most 200,000 findings', () => {
    const via = Array.from({ length: 200_001 }, (_, i) => ({ name: 'a', source: i }));
    expect(faultOf(() => parse(report({ a: { via } }))).reason).toBe('limit');
  });

  it('50,000 packages, each with as much work as the others', async () => {
    expect(parse(packages(50_000)).findings).toHaveLength(50_000);
    const work = (size: number) => {
      const document = packages(size);
      return () => parse(document);
    };
    expect(await growth(1000, work)).toBeLessThan(LINEAR);
  });
});
