import { describe, expect, it } from 'vitest';
import { shownBy } from '../../../vocabulary/coverage.js';
import { bom, parse } from './cyclonedx.support.js';

const lib = { type: 'library', name: 'x', version: '1', 'bom-ref': 'x' };
const found = { id: 'CVE-2024-1', affects: [{ ref: 'x' }] };
const analysed = { ...found, analysis: { state: 'not_affected' } };
const by = (...names: string[]) => ({ metadata: { tools: names.map((name) => ({ name })) } });

const coverageOf = (content: object) => parse(bom(content)).coverage;
const shown = (content: object) => shownBy(coverageOf(content));

describe('an SBOM', () => {
  it.each([
    [{ components: [lib] }],
    [{ metadata: { component: { type: 'application', name: 'a', components: [lib] } } }],
    [{ components: [lib], vulnerabilities: [] }],
    [{ components: [lib], vulnerabilities: null }],
    [{ components: [lib], vulnerabilities: [analysed] }],
  ])('is %j', (content) => expect(shown(content)).toEqual(['components']));

  it.each([
    [{}],
    [{ components: [] }],
    [{ components: null }],
    [{ components: [], metadata: { component: { type: 'application', name: 'a' } } }],
    [{ components: [], vulnerabilities: [] }],
    [
      {
        components: [{ type: 'application', group: 'g', name: 'a', version: '1' }],
        metadata: { component: { type: 'application', group: 'g', name: 'a', version: '1' } },
      },
    ],
    [{ components: [{ type: 'operating-system', name: 'debian', version: '12' }] }],
  ])('with no component is not: %j', (content) => {
    expect(shown(content)).toEqual([]);
    expect(coverageOf(content)[0]).toMatchObject({
      what: 'components',
      ran: 'unknown',
      lookedAt: 0,
      reason: expect.stringContaining('it lists no component'),
    });
  });

  it.each([
    [{ type: 'file', name: '/etc/passwd' }],
    [{ type: 'library', name: ' ' }],
    [
      { type: 'file', name: 'a' },
      { type: 'cryptographic-asset', name: 'RSA' },
    ],
  ])('that lists only files is not: %j', (...components) => {
    const tools = [{ name: 'trivy' }];
    const scan = { components, metadata: { tools }, vulnerabilities: [found] };
    expect(shown(scan)).toEqual([]);
    expect(coverageOf(scan)).toMatchObject([
      { what: 'components', ran: 'unknown', reason: expect.stringContaining('lists only files') },
      { what: 'vulnerability', ran: 'unknown' },
    ]);
    expect(shown({ components: [...components, lib] })).toEqual(['components']);
    const jar = { type: 'file', name: 'a.jar', purl: 'pkg:maven/g/a@1' };
    expect(shown({ components: [jar] })).toEqual(['components']);
  });

  it('says when it is incomplete', () => {
    const compositions = [
      { aggregate: 'complete' },
      { aggregate: 'incomplete_first_party_only' },
      { aggregate: 'unknown' },
    ];
    const { warnings, coverage } = parse(bom({ components: [lib], compositions }));
    expect(shownBy(coverage)).toEqual(['components']);
    expect(warnings).toEqual([
      {
        message: 'is incomplete_first_party_only: components are missing in this SBOM',
        pointer: '/compositions/1/aggregate',
      },
      {
        message: 'is unknown: components may be missing in this SBOM',
        pointer: '/compositions/2/aggregate',
      },
    ]);
  });
});

describe('a vulnerability scan', () => {
  it.each([
    'trivy',
    'Grype',
    'osv-scanner',
    'Dependency-Track',
    'owasp-depscan',
    'JFrog Xray Scan',
  ])('is what %s found in components', (tool) => {
    const content = { ...by('cdxgen', tool), components: [lib], vulnerabilities: [found] };
    expect(shown(content)).toEqual(['components', 'vulnerability']);
    const tools = { components: [{ type: 'application', name: tool }] };
    expect(shown({ ...content, metadata: { tools } })).toContain('vulnerability');
  });

  it.each([
    ['an empty list', { ...by('trivy'), components: [lib], vulnerabilities: [] }, 'list of vulner'],
    ['no components', { ...by('trivy'), vulnerabilities: [found] }, 'no components'],
    ['a VEX', { vulnerabilities: [analysed] }, 'no components'],
    [
      'analysed ones',
      { ...by('trivy'), components: [lib], vulnerabilities: [analysed] },
      'have an analysis',
    ],
    ['no tool', { components: [lib], vulnerabilities: [found] }, 'metadata.tools'],
    ['cdxgen', { ...by('cdxgen'), components: [lib], vulnerabilities: [found] }, 'metadata.tools'],
    ['notgrype', { ...by('notgrype'), components: [lib], vulnerabilities: [found] }, 'tools'],
  ])('is not %s', (_case, content, reason) => {
    const entry = coverageOf(content).find(({ what }) => what === 'vulnerability');
    expect(entry).toMatchObject({ ran: 'unknown', reason: expect.stringContaining(reason) });
    expect(entry?.reason?.length).toBeLessThan(300);
    expect(shown(content)).not.toContain('vulnerability');
  });

  it('has the time at which it was made', () => {
    const metadata = { timestamp: '2026-01-02T03:04:05+01:00' };
    expect(coverageOf({ metadata, components: [lib], vulnerabilities: [] })).toMatchObject([
      { what: 'components', at: '2026-01-02T02:04:05.000Z', lookedAt: 1 },
      { what: 'vulnerability', at: '2026-01-02T02:04:05.000Z' },
    ]);
  });

  it('that says nothing of the kind is not even tried', () => {
    expect(coverageOf({ vulnerabilities: [analysed] }).map(({ what }) => what)).toEqual([
      'vulnerability',
    ]);
    expect(coverageOf({ components: [lib] }).map(({ what }) => what)).toEqual(['components']);
  });
});

describe('the target', () => {
  const A = `sha256:${'a'.repeat(64)}`;
  const B = `sha256:${'b'.repeat(64)}`;
  const C = `sha256:${'c'.repeat(64)}`;
  const targetOf = (component: object) =>
    coverageOf({ metadata: { component }, components: [lib] })[0]?.of;

  it('is an image, with its digests', () => {
    const properties = [
      { name: 'aquasecurity:trivy:RepoDigest', value: `shop@${B}` },
      { name: 'aquasecurity:trivy:ImageID', value: C },
      { name: 'aquasecurity:trivy:SchemaVersion', value: '2' },
    ];
    const purl = `pkg:oci/shop@${encodeURIComponent(A)}?arch=amd64&repository_url=example.com/shop`;
    expect(targetOf({ type: 'container', name: 'example.com/shop:1', purl, properties })).toEqual([
      {
        type: 'image',
        name: 'example.com/shop:1',
        digests: [A, B],
        otherDigests: [C],
        package: 'pkg:oci/shop',
      },
    ]);
    expect(targetOf({ type: 'container', name: 'shop', version: A })).toEqual([
      { type: 'image', name: 'shop', digests: [], otherDigests: [A] },
    ]);
  });

  it.each([
    [
      { type: 'file', name: 'app.jar', hashes: [{ alg: 'SHA-256', content: 'a'.repeat(64) }] },
      { type: 'files', name: 'app.jar', digests: [A] },
    ],
    [
      { type: 'file', name: '/src', hashes: [{ alg: 'SHA-1', content: 'a'.repeat(40) }, null] },
      { type: 'files', name: '/src', digests: [] },
    ],
    [
      { type: 'application', name: 'shop', group: '@acme', version: '1', purl: 'pkg:npm/x@1' },
      { type: 'package', name: '@acme/shop (pkg:npm/x)', package: 'pkg:npm/x' },
    ],
    [
      { type: 'application', name: 'https://example.com/shop.git' },
      { type: 'repository', name: 'https://example.com/shop.git' },
    ],
    [
      { type: 'application', name: '.' },
      { type: 'files', name: '.', digests: [] },
    ],
    [
      { type: 'platform', name: 'k8s.io/kubernetes' },
      { type: 'cluster', name: 'k8s.io/kubernetes' },
    ],
    [
      { name: null, purl: 'pkg:npm/x@1' },
      { type: 'package', name: 'x (pkg:npm/x)', package: 'pkg:npm/x' },
    ],
  ])('of %j', (component, expected) => expect(targetOf(component)).toEqual([expected]));
});

it('warns of a component without a name and without a package URL', () => {
  const components = [
    { type: 'library', name: 'a' },
    { type: 'library', name: '' },
    { type: 'library', name: '', purl: 'pkg:npm/b@1' },
  ];
  const { warnings } = parse(bom({ components }));
  expect(warnings?.filter(({ message }) => message.includes('has no name'))).toEqual([
    { message: expect.any(String), pointer: '/components/1' },
  ]);
});
