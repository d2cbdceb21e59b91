import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DocumentFault } from '../../fault.js';
import { spdx } from './index.js';
import { parser } from './parser.js';

const parse = (document: unknown) => parser.parse(document, { secretKey: new Uint8Array(32) });

const document = (content: object) => ({
  SPDXID: 'SPDXRef-DOCUMENT',
  spdxVersion: 'SPDX-2.3',
  name: 'test',
  ...content,
});

const pack = (name: string, more: object = {}) => ({ SPDXID: `SPDXRef-${name}`, name, ...more });
const only = (more: object) => parse(document({ packages: [pack('a', more)] })).components?.[0];
const namesOf = (content: object) =>
  parse(document({ packages: [pack('a'), pack('b'), pack('c')], ...content })).components?.map(
    ({ name }) => name,
  );
const toolOf = (...creators: string[]) => {
  const { tool, toolVersion } = parse(document({ creationInfo: { creators } }));
  return [tool, toolVersion];
};

function faultIn(content: unknown): [string, string] {
  try {
    parse(content);
  } catch (error) {
    if (error instanceof DocumentFault) return [error.pointer, error.fault];
    throw error;
  }
  return ['', 'no fault'];
}

it('makes a package with several purls a component by each', () => {
  const purl = (referenceLocator: string) => ({ referenceType: 'purl', referenceLocator });
  const texts = ['pkg:npm/a@1', ' pkg:npm/b@2 ', 'pkg:npm/a@1?x=y', 'none'];
  const packages = [pack('a', { versionInfo: '1', externalRefs: texts.map(purl) })];
  expect(parse(document({ packages })).components).toMatchObject([
    { name: 'a', version: '1', purl: 'pkg:npm/a@1' },
    { name: 'a', version: '1', purl: 'pkg:npm/b@2' },
  ]);
});

describe('recognizes', () => {
  it.each(['SPDX-2.2', 'SPDX-2.3', 'SPDX-9'])('%s', (spdxVersion) =>
    expect(parser.recognizes({ spdxVersion })).toBe(true),
  );
  it('the answer of GitHub', () => {
    expect(parser.recognizes({ sbom: { spdxVersion: 'SPDX-2.3' } })).toBe(true);
  });
  it.each([
    null,
    5,
    'SPDX-2.3',
    [],
    {},
    { spdxVersion: null },
    { spdxVersion: ['SPDX-2.3'] },
    { spdxVersion: '2.3' },
    { sbom: 'SPDX-2.3' },
    { sbom: [{ spdxVersion: 'SPDX-2.3' }] },
    { sbom: { sbom: { spdxVersion: 'SPDX-2.3' } } },
    { '@context': 'https://openvex.dev/ns/v0.2.0' },
    { '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld', '@graph': [] },
    { bomFormat: 'CycloneDX', specVersion: '1.6' },
  ])('not %j', (other) => expect(parser.recognizes(other)).toBe(false));
});

describe('packages', () => {
  it('reads what npm writes', () => {
    const file = new URL('./fixtures/npm-sbom-2.3.json', import.meta.url);
    const { components, coverage, subjects, ...rest } = parse(
      JSON.parse(readFileSync(file, 'utf8')),
    );
    expect(rest).toEqual({ tool: 'npm/cli', toolVersion: '11.19.1', specVersion: '2.3' });
    expect(coverage).toEqual([
      {
        what: 'components',
        ran: 'yes',
        of: [
          { type: 'package', name: 'tiny-shop (pkg:npm/tiny-shop)', package: 'pkg:npm/tiny-shop' },
        ],
        lookedAt: 3,
        at: '2026-11-25T07:16:50.629Z',
      },
    ]);
    expect(subjects).toMatchObject([{ name: 'tiny-shop', version: '1.2.0' }]);
    expect(components).toEqual([
      {
        type: 'library',
        name: '@sindresorhus/is',
        version: '7.0.1',
        purl: 'pkg:npm/%40sindresorhus/is@7.0.1',
        licences: ['MIT'],
      },
      {
        type: 'library',
        name: 'debug',
        version: '4.4.0',
        purl: 'pkg:npm/debug@4.4.0',
        licences: ['MIT'],
      },
      {
        type: 'library',
        name: 'ms',
        version: '2.1.3',
        purl: 'pkg:npm/ms@2.1.3',
        licences: ['MIT'],
      },
    ]);
  });

  it('reads its example, 2.2, and a document without packages', () => {
    expect(parse(spdx.example).components).toHaveLength(1);
    const { specVersion, components } = parse(
      document({ spdxVersion: 'SPDX-2.2', packages: null }),
    );
    expect([specVersion, components]).toEqual(['2.2', []]);
  });

  it.each([
    [{}, ['a', 'b', 'c']],
    [{ documentDescribes: ['SPDXRef-a'] }, ['b', 'c']],
    [{ documentDescribes: ['SPDXRef-a', 'SPDXRef-b', 'SPDXRef-c'] }, ['a', 'b', 'c']],
    [{ documentDescribes: ['SPDXRef-a', 'SPDXRef-b'] }, ['a', 'b', 'c']],
    [{ documentDescribes: null, relationships: null }, ['a', 'b', 'c']],
    [{ documentDescribes: ['__proto__', 'SPDXRef-File'] }, ['a', 'b', 'c']],
    [{ relationships: [relationship('DOCUMENT', 'DESCRIBES', 'b')] }, ['a', 'c']],
    [{ relationships: [relationship('b', 'DESCRIBED_BY', 'DOCUMENT')] }, ['a', 'c']],
    [{ relationships: [relationship('a', 'DESCRIBES', 'b')] }, ['a', 'b', 'c']],
    [{ relationships: [relationship('DOCUMENT', 'CONTAINS', 'b')] }, ['a', 'b', 'c']],
  ])('leaves out what the document describes: %j', (content, names) =>
    expect(namesOf(content)).toEqual(names),
  );

  it.each([
    ['APPLICATION', 'application'],
    ['OPERATING_SYSTEM', 'operating-system'],
    ['OPERATING-SYSTEM', 'operating-system'],
    ['SOURCE', 'source'],
    ['toString', 'library'],
    [null, 'library'],
    [undefined, 'library'],
  ])('purpose %s: %s', (primaryPackagePurpose, type) =>
    expect(only({ primaryPackagePurpose })?.type).toBe(type),
  );

  it.each([
    [
      { licenseConcluded: 'MIT OR ISC', licenseDeclared: 'GPL-2.0-only' },
      ['MIT OR ISC', 'GPL-2.0-only'],
    ],
    [
      { licenseConcluded: 'MIT', licenseDeclared: 'MIT AND LicenseRef-1' },
      ['MIT', 'MIT AND LicenseRef-1'],
    ],
    [{ licenseConcluded: 'MIT', licenseDeclared: 'mit' }, ['MIT']],
    [
      { licenseConcluded: 'MIT', licenseDeclared: 'LicenseRef-1' },
      ['MIT', 'also found: LicenseRef-1'],
    ],
    [
      { licenseConcluded: 'MIT', licenseDeclared: 'The MIT licence of Acme' },
      ['MIT', 'also found: The MIT licence of Acme'],
    ],
    [{ licenseConcluded: 'NOASSERTION', licenseDeclared: 'MIT' }, ['MIT']],
    [{ licenseConcluded: 'NONE', licenseDeclared: 'LicenseRef-1' }, ['LicenseRef-1']],
    [{ licenseConcluded: null, licenseDeclared: 'NOASSERTION' }, []],
    [{ licenseConcluded: 'noassertion', licenseDeclared: 'mit or isc' }, ['MIT OR ISC']],
    [{ licenseDeclared: 'Apache 2' }, ['Apache 2']],
    [
      { licenseConcluded: 'NOASSERTION', licenseInfoFromFiles: ['agpl-3.0-only', 'NONE', 'MIT'] },
      ['AGPL-3.0-only', 'MIT', 'NOASSERTION'],
    ],
    [{ licenseDeclared: 'MIT', licenseInfoFromFiles: ['ISC'] }, ['MIT', 'also found: ISC']],
    [{ licenseDeclared: 'also found: ISC' }, ['ISC']],
    [{ licenseInfoFromFiles: ['NOASSERTION'] }, []],
    [{ licenseDeclared: ['MIT'] }, []],
    [{}, []],
  ])('licences %j', (content, licences) => expect(only(content)?.licences).toEqual(licences));

  it('takes the first valid purl, and its version', () => {
    const ref = (referenceType: string | null, referenceLocator: string | null) => ({
      referenceCategory: 'PACKAGE_MANAGER',
      referenceType,
      referenceLocator,
    });
    const externalRefs = [
      ref('cpe23Type', 'cpe:2.3:a:x:y:1:*:*:*:*:*:*:*'),
      ref(null, null),
      ref('purl', 'x'),
      ref('purl', ' pkg:NPM/a@1.5 '),
      ref('purl', 'pkg:npm/b@2'),
    ];
    const purl = 'pkg:npm/a@1.5';
    expect(only({ externalRefs })).toMatchObject({ version: '1.5', purl });
    expect(only({ externalRefs, versionInfo: '2' })).toMatchObject({ version: '2', purl });
    expect(only({ externalRefs: null, versionInfo: 'NOASSERTION' })?.version).toBeUndefined();
  });
});

describe('tool', () => {
  it.each([
    ['Tool: npm/cli-10.9', 'npm/cli', '10.9'],
    ['Tool: Microsoft.SBOMTool-2.2.5', 'Microsoft.SBOMTool', '2.2.5'],
    ['Tool: scan-v1.0.0-beta.1', 'scan', 'v1.0.0-beta.1'],
    ['Tool: python-3-scan-1.0', 'python-3-scan', '1.0'],
    ['Tool: GitHub.com-Dependency-Graph', 'GitHub.com-Dependency-Graph', undefined],
    ['Tool: ', undefined, undefined],
    ['Person: Jane', undefined, undefined],
  ])('%s', (creator, name, version) =>
    expect(toolOf('Organization: X', creator)).toEqual([name, version]),
  );

  it('may be very long', () => {
    // With quadratic work, this would not end.
    expect(toolOf(`Tool: ${'-1.0\n'.repeat(1_000_000)}`)).toHaveLength(2);
  });
});

describe('faults', () => {
  it.each(['SPDX-2.1', 'SPDX-3.0', 'SPDX-'])('version %s', (spdxVersion) =>
    expect(faultIn(document({ spdxVersion }))).toEqual([
      '/spdxVersion',
      'must be SPDX-2.2 or SPDX-2.3',
    ]),
  );

  it.each([
    [null, '/spdxVersion', 'must be SPDX-2.2 or SPDX-2.3'],
    [document({ packages: {} }), '/packages', 'must be of type array or null'],
    [document({ Packages: [pack('a')] }), '/Packages', /^is not read/],
    [
      document({ packages: [pack('a', { externalRefs: [{ ReferenceLocator: 'pkg:npm/a@1' }] })] }),
      '/packages/0/externalRefs/0/ReferenceLocator',
      /^is not read/,
    ],
    [document({ packages: [{ SPDXID: 'x' }] }), '/packages/0/name', 'is required'],
    [document({ packages: [pack('a'), 1] }), '/packages/1', 'must be of type object'],
    [{ sbom: document({ packages: [1] }) }, '/sbom/packages/0', 'must be of type object'],
    [{ sbom: document({ spdxVersion: 'SPDX-1' }) }, '/sbom/spdxVersion', /^must be SPDX-2.2/],
  ])('%j', (content, pointer, fault) => {
    const message = typeof fault === 'string' ? fault : expect.stringMatching(fault);
    expect(faultIn(content)).toEqual([pointer, message]);
  });
});

function relationship(from: string, relationshipType: string, to: string) {
  return {
    spdxElementId: `SPDXRef-${from}`,
    relationshipType,
    relatedSpdxElement: `SPDXRef-${to}`,
  };
}
