import { describe, expect, it } from 'vitest';
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

describe('size', () => {
  it('reads 50,000 packages in seconds', () => {
    const packages = many(50_000);
    const relationships = packages.map(({ SPDXID }) => ({
      spdxElementId: 'SPDXRef-DOCUMENT',
      relationshipType: 'CONTAINS',
      relatedSpdxElement: SPDXID,
    }));
    const started = performance.now();
    expect(parse({ packages, relationships }).components).toHaveLength(50_000);
    expect(performance.now() - started).toBeLessThan(16_000);
  });

  it('refuses more than 200,000', () => {
    expect(() => parse({ packages: many(200_001) })).toThrow(
      expect.objectContaining({ pointer: '/packages', reason: 'limit' }),
    );
  });
});
