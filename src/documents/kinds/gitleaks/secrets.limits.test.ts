import { expect, it } from 'vitest';
import { growth, LINEAR } from '../../../../test/support/counted-work.js';
import { MASK } from '../common/mask.js';
import { leak, parse } from './gitleaks.support.js';

const alike = (length: number) =>
  Array.from({ length }, (_, i) =>
    leak({
      Secret: `eyJhbGciOiJI${i}x`,
      Match: `key = "eyJhbGciOiJI${i}x"`,
      Message: `eyJhbGciOiJI${i}x`,
    }),
  );

it('Gitleaks: reads 50,000 secrets that begin alike with linear work', async () => {
  expect(JSON.stringify(parse(alike(50_000)).masked)).not.toContain('eyJ');
  const work = (size: number) => {
    const document = alike(size);
    return () => parse(document);
  };
  // Each is looked up among those that begin so: n log n.
  expect(await growth(1000, work)).toBeLessThan(2.4);
});

const hostile = (size: number) => [
  { RuleID: 'x', Secret: `${'a'.repeat(size)}\u20ac`, File: 'f', Message: 'a'.repeat(size) },
  {
    RuleID: 'x',
    Secret: `${'a'.repeat(size / 80)}b${'a'.repeat(size / 80)}`,
    File: 'a'.repeat(size),
  },
];

it('Gitleaks: reads secrets that were made to take long with linear work', async () => {
  expect(parse(hostile(1_000_000)).masked).toMatchObject([{ Message: MASK }, { File: MASK }]);
  const work = (size: number) => {
    const document = hostile(size);
    return () => parse(document);
  };
  expect(await growth(100_000, work)).toBeLessThan(LINEAR);
});
