import { describe, expect, it } from 'vitest';
import { growth, LINEAR } from '../../../../test/support/counted-work.js';
import { parser } from './parser.js';

const parse = (content: object) =>
  parser.parse(
    { SPDXID: 'SPDXRef-DOCUMENT', spdxVersion: 'SPDX-2.3', name: 'large', ...content },
    { secretKey: new Uint8Array(32) },
  );

const many = (length: number) =>
  Array.from({ length }, (_, i) => ({
    SPDXID: `SPDXRef-${i}`,
    name: `p${i}`,
    externalRefs: [{ referenceType: 'purl', referenceLocator: `pkg:npm/p${i}@1` }],
  }));

/** A document with this number of packages. */
const large = (size: number) => {
  const packages = many(size);
  const relationships = packages.map(({ SPDXID }) => ({
    spdxElementId: 'SPDXRef-DOCUMENT',
    relationshipType: 'CONTAINS',
    relatedSpdxElement: SPDXID,
  }));
  return { packages, relationships };
};

describe('size', () => {
  it('reads 50,000 packages with linear work', async () => {
    expect(parse(large(50_000)).components).toHaveLength(50_000);
    const work = (size: number) => {
      const content = large(size);
      return () => parse(content);
    };
    expect(await growth(1000, work)).toBeLessThan(LINEAR);
  });

  it('refuses more than 200,000 packages', () => {
    expect(() => parse({ packages: many(200_001) })).toThrow(
      expect.objectContaining({ pointer: '/packages', reason: 'limit' }),
    );
  });
});
