import { describe, expect, it } from 'vitest';
import { shownBy } from '../../../vocabulary/coverage.js';
import { parser } from './parser.js';

const ROOT = 'SPDXRef-root';
const A = `sha256:${'a'.repeat(64)}`;
const B = `sha256:${'b'.repeat(64)}`;

const pack = (name: string, more: object = {}) => ({ SPDXID: `SPDXRef-${name}`, name, ...more });
const document = (content: object) => ({
  SPDXID: 'SPDXRef-DOCUMENT',
  spdxVersion: 'SPDX-2.3',
  documentDescribes: [ROOT],
  ...content,
});
const parse = (content: unknown) => parser.parse(content, { secretKey: new Uint8Array(32) });
const targetOf = (root: object) =>
  parse(document({ packages: [pack('root', root), pack('x')] })).coverage[0]?.of?.[0];

describe('coverage', () => {
  it.each([
    [{ packages: [pack('root'), pack('x')] }],
    [{ packages: [pack('x')], documentDescribes: null }],
    [{ packages: [pack('x'), pack('y')], documentDescribes: ['SPDXRef-x', 'SPDXRef-y'] }],
  ])('is of %j', (content) => {
    expect(shownBy(parse(document(content)).coverage)).toEqual(['components']);
  });

  it('is not of an SBOM that lists only files as packages', () => {
    const file = pack('passwd', { primaryPackagePurpose: 'FILE' });
    const { coverage } = parse(document({ packages: [pack('root'), file] }));
    expect(shownBy(coverage)).toEqual([]);
    expect(coverage).toMatchObject([{ reason: expect.stringContaining('lists only files') }]);
  });

  it('is not of an SBOM that lists only the operating system, as of an image without packages', () => {
    const system = pack('debian', { primaryPackagePurpose: 'OPERATING-SYSTEM' });
    const of = (...packages: object[]) =>
      parse(document({ packages: [pack('root'), ...packages] }));
    expect(of(system).coverage).toMatchObject([
      { ran: 'unknown', lookedAt: 0, reason: expect.stringContaining('it lists no package') },
    ]);
    expect(of(system, pack('x')).coverage).toMatchObject([{ ran: 'yes', lookedAt: 1 }]);
  });

  it('is not of an SBOM of early versions of Trivy that lists only the operating system', () => {
    const system = { SPDXID: 'SPDXRef-OperatingSystem-1', name: 'alpine', versionInfo: '3.16' };
    const relationships = ['DESCRIBE', 'describes'].map((relationshipType) => [
      { spdxElementId: 'SPDXRef-DOCUMENT', relatedSpdxElement: ROOT, relationshipType },
    ]);
    for (const one of relationships) {
      const of = (...packages: object[]) =>
        parse(document({ documentDescribes: null, relationships: one, packages }));
      expect(of(pack('root'), system).coverage).toMatchObject([{ ran: 'unknown', lookedAt: 0 }]);
      expect(of(pack('root'), system, pack('x')).coverage).toMatchObject([{ lookedAt: 1 }]);
      expect(of(pack('root'), pack('x')).subjects).toMatchObject([{ name: 'root' }]);
    }
  });

  it('warns of a package without a name and without a package URL', () => {
    const { coverage, warnings } = parse(
      document({ packages: [pack('root'), pack('x'), { SPDXID: 'SPDXRef-y', name: ' ' }] }),
    );
    expect(coverage).toMatchObject([{ ran: 'yes' }]);
    expect(warnings).toEqual([
      { message: expect.stringContaining('has no name'), pointer: '/packages/2' },
    ]);
  });

  it.each<[{ packages?: object[] | null; files?: object[]; snippets?: object[] }]>([
    [{}],
    [{ packages: [] }],
    [{ packages: null }],
    [{ packages: [pack('root')] }],
    [{ packages: null, files: [{ SPDXID: 'SPDXRef-f', fileName: './a' }], snippets: [] }],
  ])('is not of an SBOM that lists nothing: %j', (content) => {
    expect(parse(document(content)).coverage).toEqual([
      {
        what: 'components',
        ran: 'unknown',
        reason: expect.stringContaining('it lists no package'),
        lookedAt: 0,
        ...(content.packages?.length && { of: [{ type: 'package', name: 'root' }] }),
      },
    ]);
  });

  it('has the digests of an image, as Trivy and Syft write them', () => {
    const image = { primaryPackagePurpose: 'CONTAINER', name: 'shop:1' };
    const annotations = [{ comment: `RepoDigest: shop@${A}` }, { comment: `ImageID: ${B}` }];
    const expected = { type: 'image', name: 'shop:1', digests: [A], otherDigests: [B] };
    expect(targetOf({ ...image, annotations })).toEqual(expected);
    const attributionTexts = annotations.map(({ comment }) => comment);
    expect(targetOf({ ...image, attributionTexts })).toEqual(expected);
    const ref = (purl: string) => ({ referenceType: 'purl', referenceLocator: purl });
    const externalRefs = [ref(`pkg:oci/shop@${encodeURIComponent(A)}?arch=amd64`)];
    expect(targetOf({ ...image, externalRefs, versionInfo: B })).toEqual({
      ...expected,
      package: 'pkg:oci/shop',
    });
    const checksums = [{ algorithm: 'SHA256', checksumValue: 'b'.repeat(64) }];
    expect(targetOf({ ...image, versionInfo: '1', checksums })).toEqual({
      ...expected,
      digests: [],
    });
  });

  it('has the checksum of a file', () => {
    const checksums = [
      { algorithm: 'SHA1', checksumValue: 'a'.repeat(40) },
      { algorithm: 'SHA256', checksumValue: 'a'.repeat(64) },
    ];
    expect(targetOf({ checksums })).toEqual({ type: 'files', name: 'root', digests: [A] });
  });
});

describe('leniency', () => {
  it('reads the answer of GitHub, with places in it', () => {
    const content = document({ packages: [pack('root'), pack('x'), pack('x')] });
    const { components, warnings } = parse({ sbom: content });
    expect(components).toHaveLength(1);
    expect(warnings).toEqual([
      { message: 'repeats an earlier package: it counts once', pointer: '/sbom/packages/2' },
    ]);
    expect(parse(content).warnings?.[0]?.pointer).toBe('/packages/2');
  });

  it('keeps packages that share an id or have none, with a warning', () => {
    const { components, warnings } = parse(
      document({
        packages: [
          pack('x', { versionInfo: '1' }),
          pack('x', { versionInfo: '2' }),
          { name: 'y', versionInfo: null, externalRefs: null, checksums: null },
          pack('z', { externalRefs: [{ referenceType: 'purl', referenceLocator: 'npm:z' }] }),
        ],
        relationships: [null, 5, { spdxElementId: null }],
        creationInfo: null,
      }),
    );
    expect(components?.map(({ name, version }) => [name, version])).toEqual([
      ['x', '1'],
      ['x', '2'],
      ['y', undefined],
      ['z', undefined],
    ]);
    expect(warnings?.map(({ pointer }) => pointer)).toEqual([
      '/packages/1/SPDXID',
      '/packages/2/SPDXID',
      '/packages/3',
    ]);
  });
});
