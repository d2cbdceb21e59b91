import { describe, expect, it } from 'vitest';
import { DIGEST, HEX, parse, statement, targets, vex } from './openvex.support.js';

describe('OpenVEX: targets', () => {
  const subcomponents = [{ '@id': 'pkg:npm/a@1' }];

  it.each([
    ['purl', { '@id': 'pkg:npm/Shop@1', subcomponents }, ['pkg:npm/shop@1']],
    [
      'purl as an identifier',
      { identifiers: { purl: 'pkg:npm/shop' }, subcomponents },
      ['pkg:npm/shop'],
    ],
    [
      'two purls of one package',
      { '@id': 'pkg:npm/b', identifiers: { purl: 'pkg:npm/b@1' }, subcomponents },
      ['pkg:npm/b@1', 'pkg:npm/b'],
    ],
    ['digest', { '@id': 'shop', hashes: { 'sha-256': HEX }, subcomponents }, [DIGEST]],
    ['neither', { '@id': 'shop', hashes: { 'sha-256': 'zz', md5: '00' }, subcomponents }, ['shop']],
    ['CPE', { identifiers: { cpe22: 'cpe:/a:x:y' }, subcomponents }, ['cpe:/a:x:y']],
  ])('a part of a product with a %s', (_, product, products) => {
    expect(targets({ products: [product] })).toEqual([['pkg:npm/a@1', products]]);
  });

  it('reads a product without subcomponents', () => {
    const hashes = { 'sha-256': HEX };
    const whole = (product: object) => targets({ products: [product] });
    expect(whole({ '@id': 'pkg:npm/shop@1', hashes, subcomponents: [] })).toEqual([
      ['pkg:npm/shop@1', []],
      [undefined, [DIGEST]],
    ]);
    expect(whole({ '@id': 'shop', hashes, subcomponents: null })).toEqual([
      [undefined, ['shop', DIGEST]],
    ]);
    expect(whole({ hashes })).toEqual([[undefined, [DIGEST]]]);
  });

  it('warns of products that no artifact can match', () => {
    const products = [
      'pkg:npm/shop@1',
      { hashes: { 'sha-256': HEX } },
      'shop',
      'https://example.com',
    ];
    expect(parse(vex(statement(), statement({ products }))).warnings).toEqual([
      {
        message:
          'has neither a package URL nor a SHA-256 hash, so claims about this product apply to no release',
        pointer: '/statements/1/products/2',
      },
    ]);
    expect(parse(vex(statement())).warnings).toBeUndefined();
  });

  it.each([
    [[{ '@id': 'https://example.com/a' }]],
    [[{ '@id': 'pkg:' }, 'pkg:npm/', {}]],
    [[{ hashes: { 'sha-256': HEX } }]],
  ])('parts %j are not the whole product', (subcomponents) => {
    expect(targets({ products: [{ '@id': 'pkg:npm/shop@1', subcomponents }] })).toEqual([]);
    expect(targets({ products: ['pkg:npm/shop@1'], subcomponents })).toEqual([]);
  });

  it('reads version 0.0.1: texts, and subcomponents of the statement', () => {
    const old = { vulnerability: 'CVE-2024-1', products: ['pkg:npm/shop@1', 'shop'] };
    const document = {
      ...vex(statement({ ...old, subcomponents: ['pkg:npm/a@1', 'pkg:npm/a@1'] })),
      '@context': 'https://openvex.dev/ns',
    };
    const result = parse(document);
    expect(result.specVersion).toBeUndefined();
    expect(result.claims).toMatchObject([
      { vulnerability: 'CVE-2024-1', purl: 'pkg:npm/a@1', products: ['pkg:npm/shop@1'] },
      { vulnerability: 'CVE-2024-1', purl: 'pkg:npm/a@1', products: ['shop'] },
    ]);
  });

  const other = `sha256:${'0'.repeat(64)}`;
  it.each<[string, object]>([
    ['two packages', { '@id': 'pkg:npm/a@1', identifiers: { purl: 'pkg:npm/b@1' } }],
    ['two versions', { '@id': 'pkg:npm/a@1', identifiers: { purl: 'pkg:npm/a@2' } }],
    ['two tags', { '@id': 'pkg:oci/a?tag=1', identifiers: { purl: 'pkg:oci/a?tag=2' } }],
    ['two digests', { '@id': `pkg:oci/a@${other}`, hashes: { 'sha-256': HEX } }],
    ['two hashes', { hashes: { sha256: other.slice(7), 'sha-256': HEX } }],
  ])('absolves nothing by names of %s', (_case, product) => {
    const read = (status: string, named: object) =>
      parse(vex(statement({ status, impact_statement: 'x', ...named })));
    for (const named of [
      { products: [product] },
      { products: [{ '@id': 'pkg:npm/shop@1', subcomponents: [product] }] },
      { products: ['pkg:npm/shop@1'], subcomponents: [product] },
    ]) {
      const { claims, warnings } = read('not_affected', named);
      expect(claims).toEqual([]);
      expect(warnings).toMatchObject([{ message: expect.stringContaining('applies to nothing') }]);
    }
    expect(read('affected', { products: [product] }).claims?.length).toBeGreaterThan(0);
  });

  it('reads fixed only with a version', () => {
    const HASHED = { '@id': 'pkg:oci/shop', hashes: { 'sha-256': HEX } };
    expect(targets({ products: ['pkg:npm/a'] })).toEqual([]);
    expect(targets({ products: ['pkg:oci/a?tag=1'] })).toEqual([
      ['pkg:oci/a?tag=1', []],
      [undefined, ['pkg:oci/a?tag=1']],
    ]);
    expect(targets({ products: [HASHED] })).toEqual([[undefined, [DIGEST]]]);
    expect(targets({ products: [{ ...HASHED, subcomponents: ['pkg:npm/a'] }] })).toEqual([]);
    expect(targets({ products: ['pkg:oci/shop'], subcomponents: ['pkg:npm/a@1'] })).toEqual([
      ['pkg:npm/a@1', ['pkg:oci/shop']],
    ]);
    expect(parse(vex(statement({ products: ['pkg:npm/a'] }))).warnings).toMatchObject([
      {
        message: expect.stringMatching(/^is fixed without a version/),
        pointer: '/statements/0/products/0',
      },
    ]);
  });
});
