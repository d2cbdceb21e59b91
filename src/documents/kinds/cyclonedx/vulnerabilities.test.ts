import { describe, expect, it } from 'vitest';
import { vulnerabilityFingerprint } from '../common/fingerprint.js';
import { bom, faultIn, fixture, parse } from './cyclonedx.support.js';

const findingsOf = (...vulnerabilities: object[]) => parse(bom({ vulnerabilities })).findings ?? [];
const LODASH = 'pkg:npm/lodash@4.17.20';

describe('findings', () => {
  const { findings = [] } = parse(fixture('vulnerabilities-1.4'));

  it('are one for each component that is affected', () => {
    expect(findings.map(({ rule, packageName }) => [rule, packageName])).toEqual([
      ['GHSA-35jh-r3h4-6jhm', 'lodash'],
      ['GHSA-35jh-r3h4-6jhm', '@shop/cart'],
      ['TEMP-1', 'shop'],
      ['TEMP-2', undefined],
    ]);
    expect(findings[0]).toEqual({
      type: 'vulnerability',
      severity: 'high',
      rule: 'GHSA-35jh-r3h4-6jhm',
      aliases: ['CVE-2021-23337'],
      message: 'Command injection.\n\nRecommendation: Upgrade to 4.17.21.',
      score: 7.2,
      vector: 'CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H',
      purl: LODASH,
      packageName: 'lodash',
      packageVersion: '4.17.20',
      fixedVersion: '4.17.21',
      url: 'https://github.com/advisories/GHSA-35jh-r3h4-6jhm',
      fingerprint: vulnerabilityFingerprint('GHSA-35jh-r3h4-6jhm', LODASH),
    });
    expect(findings[2]?.message).toBe('Only told in detail.');
  });

  it('have a link only to the web', () => {
    const link = (source: string, ...advisories: string[]) =>
      findingsOf({
        id: 'CVE-1',
        source: { url: source },
        advisories: advisories.map((url) => ({ url })),
      })[0]?.url;
    expect(link('javascript:alert(1)')).toBeUndefined();
    expect(link('data:text/html,x', 'file:///x', 'https://a.example/1')).toBe(
      'https://a.example/1',
    );
    expect(link('http://b.example', 'https://a.example/1')).toBe('http://b.example');
  });

  it('are the same in another order, version or reference, and differ otherwise', () => {
    const of = (version: string, ref: string, id: string) =>
      parse(
        bom({
          components: [
            {
              type: 'library',
              name: 'lodash',
              version,
              purl: `pkg:npm/lodash@${version}`,
              'bom-ref': ref,
            },
          ],
          vulnerabilities: [{ id, affects: [{ ref }] }],
        }),
      ).findings?.[0]?.fingerprint;
    expect(of('4.17.20', 'a', 'CVE-2024-1')).toBe(of('4.17.21', 'b', 'cve-2024-1'));
    expect(of('4.17.20', 'a', 'CVE-2024-1')).not.toBe(of('4.17.20', 'a', 'CVE-2024-2'));
    expect(new Set(findings.map(({ fingerprint }) => fingerprint)).size).toBe(4);
  });

  it('have an id: else a reference, else their own', () => {
    const source = {};
    expect(findingsOf({ references: [{ id: 'X-1', source }] })[0]?.rule).toBe('X-1');
    expect(findingsOf({ id: ' ', 'bom-ref': 'v-1' })[0]?.rule).toBe('v-1');
    expect(faultIn(bom({ vulnerabilities: [{ id: 'a' }, { id: '' }] }))[0]).toBe(
      '/vulnerabilities/1/id',
    );
  });

  it('of components elsewhere: by BOM-Link, by purl, by reference', () => {
    const { findings: elsewhere = [] } = parse(fixture('vex-1.6'));
    expect(elsewhere.map(({ purl, packageName }) => [purl, packageName])).toEqual([
      ['pkg:npm/%40shop/cart@1.0.0', '@shop/cart'],
      [undefined, 'c-17'],
      ['pkg:npm/ms@2.1.3', 'ms'],
    ]);
    const [broken] = findingsOf({ id: 'A', affects: [{ ref: 'urn:cdx:no-fragment%' }] });
    expect(broken?.packageName).toBe('urn:cdx:no-fragment%');
  });

  const SAYS_SO = 'The document lists the version of the component as unaffected';

  it.each([
    [[{ version: '1', status: 'unaffected' }], undefined, true],
    [[{ version: '2', status: 'unaffected' }], '2', false],
    [
      [
        { range: 'vers:npm/<3', status: 'affected' },
        { version: '1', status: 'unaffected' },
      ],
      undefined,
      true,
    ],
    [
      [
        { version: '1', status: 'affected' },
        { version: '1', status: 'unaffected' },
      ],
      undefined,
      false,
    ],
    [[{ version: '2', status: 'unaffected' }, { version: '1' }], '2', false],
    [
      [
        { range: 'vers:npm/>=2', status: 'unaffected' },
        { range: 'vers:npm/<2', status: 'affected' },
      ],
      'vers:npm/>=2',
      false,
    ],
    [[{ version: '1', status: 'unknown' }], undefined, false],
    [[], undefined, false],
    [null, undefined, false],
  ])('of a version with %j', (versions, fixedVersion, absolved) => {
    const components = [{ type: 'library', name: 'a', version: '1', 'bom-ref': 'a' }];
    const vulnerability = { id: 'X', affects: [{ ref: 'a', versions }] };
    const { findings, claims } = parse(bom({ components, vulnerabilities: [vulnerability] }));
    expect(findings).toMatchObject([{ rule: 'X', packageVersion: '1' }]);
    expect(findings?.[0]?.fixedVersion).toBe(fixedVersion);
    const [finding] = findings ?? [];
    const claim = { fingerprint: finding?.fingerprint, status: 'not_affected', absolves: true };
    expect(claims).toEqual(absolved ? [{ ...claim, detail: SAYS_SO }] : []);
    const analysis = { state: 'exploitable' };
    const worse = parse(bom({ components, vulnerabilities: [{ ...vulnerability, analysis }] }));
    expect(worse.claims).toMatchObject([{ status: 'exploitable', absolves: false }]);
  });

  it('of references to nothing have a warning, if the document has components', () => {
    const vulnerabilities = [{ id: 'X', affects: [{ ref: 'lost' }] }];
    const components = [{ type: 'library', name: 'a', 'bom-ref': 'a' }];
    const { findings, warnings } = parse(bom({ components, vulnerabilities }));
    expect(findings).toMatchObject([{ packageName: 'lost' }]);
    expect(warnings).toEqual([
      {
        message: 'names a component that the document does not have',
        pointer: '/vulnerabilities/0/affects',
      },
    ]);
    expect(parse(bom({ vulnerabilities })).warnings).toBeUndefined();
  });
});

describe('claims', () => {
  it('are about every id in the package, or about the finding, or about the product', () => {
    const { claims, findings } = parse(fixture('vulnerabilities-1.4'));
    const said = {
      status: 'not_affected',
      absolves: true,
      justification: 'code_not_reachable',
      detail: 'Not called.',
      statedAt: '2026-02-01T08:00:00.000Z',
      products: ['subject shop'],
    };
    expect(claims).toEqual([
      { vulnerability: 'GHSA-35jh-r3h4-6jhm', purl: LODASH, ...said },
      { vulnerability: 'CVE-2021-23337', purl: LODASH, ...said },
      { fingerprint: findings?.[1]?.fingerprint, ...said },
      {
        vulnerability: 'TEMP-1',
        status: 'exploitable',
        absolves: false,
        statedAt: '2026-02-01T08:00:00.000Z',
      },
    ]);
  });

  it('are as late as they were changed', () => {
    const { claims } = parse(fixture('vex-1.6'));
    expect(claims?.map(({ statedAt }) => statedAt)).toEqual(
      Array(3).fill('2026-02-02T00:00:00.000Z'),
    );
  });

  it.each([
    ['resolved', true],
    ['resolved_with_pedigree', true],
    ['false_positive', true],
    ['not_affected', true],
    ['exploitable', false],
    ['in_triage', false],
  ])('%s: %s', (state, absolves) => {
    const metadata = { component: { type: 'application', name: 'shop', purl: 'pkg:npm/shop@1' } };
    const { claims } = parse(
      bom({ metadata, vulnerabilities: [{ id: 'X', analysis: { state } }] }),
    );
    const products = ['pkg:npm/shop@1'];
    expect(claims).toEqual([{ vulnerability: 'X', status: state, absolves, products }]);
  });
});

describe('CycloneDX: claims of a document about a build', () => {
  const digest = `sha256:${'AB'.repeat(32)}`;
  const analysed = { id: 'CVE-2026-1', analysis: { state: 'not_affected' } };
  const about = (component: object) =>
    parse(bom({ metadata: { component }, vulnerabilities: [analysed] })).claims;

  it('are about releases that have its digest', () => {
    const purl = `pkg:oci/shop@${encodeURIComponent(digest)}`;
    const products = [digest.toLowerCase()];
    expect(about({ type: 'container', name: 'shop', purl })).toMatchObject([{ products }]);
    const hashes = [{ alg: 'SHA-256', content: digest.slice(7) }];
    expect(about({ type: 'file', name: 'app.tgz', hashes })).toMatchObject([{ products }]);
  });

  it.each<[string, object, string[]]>([
    [
      'the hash of an image',
      { type: 'container', name: 'shop', hashes: [{ alg: 'SHA-256', content: digest.slice(7) }] },
      [digest.toLowerCase()],
    ],
    [
      'a digest as the version',
      { type: 'container', name: 'shop', version: digest },
      [digest.toLowerCase()],
    ],
    ['a purl', { purl: 'pkg:npm/shop@1' }, ['pkg:npm/shop@1']],
    ['a purl, and a version', { purl: 'pkg:npm/shop', version: '1' }, ['pkg:npm/shop@1']],
    ['a tag', { purl: 'pkg:oci/shop?tag=1', version: '1' }, ['pkg:oci/shop?tag=1']],
    [
      'a purl, and a digest, which decides',
      { purl: 'pkg:oci/shop@1', version: digest },
      [digest.toLowerCase()],
    ],
    ['a name only', { name: 'shop' }, ['subject shop']],
  ])('are about releases that have %s', (_case, component, products) => {
    expect(about({ type: 'application', name: 'shop', ...component })).toMatchObject([
      { products },
    ]);
  });

  it.each<[string, object]>([
    ['two versions', { purl: 'pkg:npm/shop@1', version: '2' }],
    [
      'two digests',
      {
        purl: `pkg:oci/shop@${encodeURIComponent(digest)}`,
        hashes: [{ alg: 'SHA-256', content: '0'.repeat(64) }],
      },
    ],
  ])('are about nothing with %s', (_case, component) => {
    const { claims, warnings } = parse(
      bom({
        metadata: { component: { type: 'container', name: 'shop', ...component } },
        vulnerabilities: [analysed],
      }),
    );
    expect(claims).toMatchObject([{ products: ['subject shop'] }]);
    expect(warnings?.[0]?.message).toMatch(/^has names or digests of different products/);
  });

  it('are about nothing without a subject and a component, unless they excuse nothing', () => {
    const { claims, warnings } = parse(bom({ vulnerabilities: [analysed] }));
    expect(claims).toEqual([]);
    expect(warnings?.[0]?.message).toMatch(/^names no component, and the document no product/);
    const worse = parse(
      bom({ vulnerabilities: [{ id: 'X', analysis: { state: 'exploitable' } }] }),
    );
    expect(worse.claims).toMatchObject([{ vulnerability: 'X', absolves: false }]);
    expect(worse.claims?.[0]).not.toHaveProperty('products');
  });
});

describe('CycloneDX: the version of a claim', () => {
  const claimed = (state: string, component: object, versions?: object[]) =>
    parse(
      bom({
        components: [{ type: 'library', name: 'qs', 'bom-ref': 'qs', ...component }],
        vulnerabilities: [{ id: 'X', affects: [{ ref: 'qs', versions }], analysis: { state } }],
      }),
    ).claims?.map(({ purl }) => purl);
  const [bad, good] = [
    { version: '6.1.0', status: 'affected' },
    { version: '6.2.0', status: 'unaffected' },
  ];
  const none = { purl: 'pkg:npm/qs' };
  const own = { purl: 'pkg:npm/qs@6.1.0' };

  it.each<[string, object, object[] | undefined, string[]]>([
    ['resolved', none, undefined, []],
    ['resolved', none, [bad, good], []],
    ['resolved', none, [good], []],
    ['resolved', own, [bad, good], []],
    ['resolved', own, [good], []],
    ['resolved', own, undefined, ['pkg:npm/qs@6.1.0']],
    ['resolved', own, [{ version: '6.1.0', status: 'unaffected' }], ['pkg:npm/qs@6.1.0']],
    ['resolved_with_pedigree', own, [bad], ['pkg:npm/qs@6.1.0']],
    ['resolved_with_pedigree', none, undefined, []],
    ['not_affected', none, [good], []],
    ['not_affected', none, undefined, ['pkg:npm/qs']],
    ['not_affected', { ...none, version: '6.2.0' }, undefined, ['pkg:npm/qs@6.2.0']],
    ['not_affected', { ...own, version: '6.2.0' }, undefined, []],
    ['not_affected', own, [bad], ['pkg:npm/qs@6.1.0']],
    ['exploitable', { ...own, version: '6.2.0' }, undefined, ['pkg:npm/qs@6.1.0']],
  ])('%s, %j, %j', (state, component, versions, purls) => {
    expect(claimed(state, component, versions)).toEqual(purls);
  });
});

describe('CycloneDX: a BOM-Link', () => {
  const uuid = '3e671687-395b-41f5-a30f-a58921a69b79';
  const qs = { type: 'library', name: 'qs', purl: 'pkg:npm/qs@6.1.0', 'bom-ref': 'qs' };
  const products = (ref: string, more: object = {}) =>
    parse(
      bom({
        components: [qs],
        vulnerabilities: [{ id: 'X', affects: [{ ref }], analysis: { state: 'not_affected' } }],
        ...more,
      }),
    ).claims?.map((claim) => claim.products);

  it('to another document, or another version of this one, is about another product', () => {
    const link = `urn:cdx:${uuid}/1`;
    expect(products(`${link}#qs`)).toEqual([[link]]);
    expect(products(`${link}#pkg:npm/qs@6.1.0`)).toEqual([[link]]);
    const serialNumber = `urn:uuid:${uuid.toUpperCase()}`;
    expect(products(`${link}#qs`, { serialNumber, version: 2 })).toEqual([[link]]);
    expect(products(`${link}#qs`, { serialNumber, version: 1 })).toEqual([undefined]);
    expect(products(`${link}#qs`, { serialNumber })).toEqual([undefined]);
  });
});
