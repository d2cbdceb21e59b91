import { expect, it } from 'vitest';
import { growth, LINEAR } from '../../../../test/support/counted-work.js';
import { claims, statement, targets } from './openvex.support.js';

const many = <T>(length: number, make: (i: number) => T) =>
  Array.from({ length }, (_, i) => make(i));
const statements = (length: number) =>
  many(length, (i) => statement({ products: [{ '@id': `pkg:npm/p${i}@1` }] }));
const parts = (length: number) => ({
  products: many(length, (i) => `p${i}`),
  subcomponents: many(length, (i) => `s${i}`),
});

it('OpenVEX: 50,000 statements are linear work', async () => {
  expect(claims(...statements(50_000))).toHaveLength(100_000);
  const work = (size: number) => {
    const all = statements(size);
    return () => claims(...all);
  };
  expect(await growth(1000, work)).toBeLessThan(LINEAR);
});

it('OpenVEX: as many products of parts that are not purls are linear work', async () => {
  expect(targets(parts(50_000))).toEqual([]);
  const work = (size: number) => {
    const all = parts(size);
    return () => targets(all);
  };
  expect(await growth(1000, work)).toBeLessThan(LINEAR);
});
