import { expect, it } from 'vitest';
import { growth, LINEAR } from '../../../../test/support/counted-work.js';
import { match, parse } from './grype.support.js';

const report = (length: number) => ({
  matches: Array.from({ length }, (_, i) =>
    match({ id: `GHSA-${i}` }, { relatedVulnerabilities: [{ id: 'CVE-2024-1' }] }),
  ),
});

it('Grype: 50,000 matches are linear work, also if all are about one vulnerability', async () => {
  expect(parse(report(50_000)).findings?.[49_999]?.rule).toBe('GHSA-49999');
  const work = (size: number) => {
    const document = report(size);
    return () => parse(document);
  };
  expect(await growth(1000, work)).toBeLessThan(LINEAR);
});
