import { describe, expect, it } from 'vitest';
import { bom, faultIn, parse } from './cyclonedx.support.js';

const noted = (document: unknown) =>
  (parse(document).warnings ?? []).map(({ message, pointer }) => [pointer, message]);

const withLicence = (specVersion: string, ...licenses: unknown[]) => ({
  bomFormat: 'CycloneDX',
  specVersion,
  version: 1,
  components: [{ type: 'library', name: 'a', version: '1', licenses }],
});

const part = (more: object = {}) => ({ type: 'library', name: 'a', version: '1', ...more });
const EXACTLY_ONE = 'must have exactly one of id, name';

describe('the official schemas', () => {
  it.each(['1.1', '1.8', '9', 'constructor', 1.8, null, undefined, ['1.6']])(
    'refuses the version %j',
    (v) => {
      expect(faultIn({ bomFormat: 'CycloneDX', specVersion: v })).toEqual([
        '/specVersion',
        'must be one of 1.2, 1.3, 1.4, 1.5, 1.6, 1.7',
      ]);
    },
  );

  it.each(['1.2', '1.3', '1.4', '1.5', '1.6', '1.7'])('warns of differences from %s', (version) => {
    const { specVersion, warnings } = parse(withLicence(version, { expression: 'MIT' }));
    expect([specVersion, warnings]).toEqual([version, undefined]);
    const other = { ...withLicence(version), bomFormat: 'Other' };
    expect(noted(other)).toEqual([['/bomFormat', 'must be one of CycloneDX']]);
    expect(noted(withLicence(version, { license: { id: 'Nope' } }))).toEqual([
      ['/components/0/licenses/0/license/id', "is not in the specification's list"],
    ]);
    expect(noted(withLicence(version, { license: { id: 'MIT', name: 'MIT' } }))).toEqual([
      ['/components/0/licenses/0/license', EXACTLY_ONE],
    ]);
    expect(noted(withLicence(version, { expression: 5 }))).toEqual([
      ['/components/0/licenses/0/expression', 'must be of type string'],
    ]);
  });

  it.each([
    [bom({ version: null }), '/version', 'must be of type integer'],
    [bom({ components: null }), '/components', 'must be of type array'],
    [bom({ 'a/b': 1 }), '/a~1b', 'is not a known field'],
    [bom({ components: [part(), part({ foo: 1 })] }), '/components/1/foo', 'is not a known field'],
    [bom({ components: [part({ scope: 'x' })] }), '/components/0/scope', /^must be one of/],
    [bom({ components: [part({ type: 'gem' })] }), '/components/0/type', /^must be one of/],
    [
      bom({ components: [part({ hashes: [{ alg: 'sha1', content: 'x' }] })] }),
      '/components/0/hashes/0/alg',
      /^must be one of/,
    ],
    [bom({ serialNumber: 'urn:uuid:12-34' }), '/serialNumber', /^must match pattern/],
    [bom({ metadata: { tools: 5 } }), '/metadata/tools', 'must be of type object'],
    [
      bom({ metadata: { tools: { components: [{ name: 'x' }] } } }),
      '/metadata/tools/components/0/type',
      'is required',
    ],
    [
      bom({ metadata: { timestamp: `2026-01-01T00:00:00Z${'t'.repeat(100)}` } }),
      '/metadata/timestamp',
      'must match format "date-time"',
    ],
    [
      bom({ metadata: { authors: [{ email: 'x@' }] } }),
      '/metadata/authors/0/email',
      'must match format "idn-email"',
    ],
    [{ ...bom({}), specVersion: 1.6 }, '/specVersion', 'must be of type string'],
  ])('reads %j with a warning', (document, pointer, message) => {
    const expected = typeof message === 'string' ? message : expect.stringMatching(message);
    expect(noted(document)).toEqual([[pointer, expected]]);
  });

  it('warns of each item of a list once, and of a hundred places', () => {
    const components = [
      part(),
      part({ name: 'b', foo: 1, bar: 1 }),
      part({ name: 'c', licenses: [{ license: { id: 'mit', name: 'x' } }] }),
    ];
    const compositions = [{ aggregate: 'all' }];
    expect(noted(bom({ serialNumber: 7, components, compositions }))).toEqual([
      ['/serialNumber', 'must be of type string'],
      ['/components/1/foo', 'is not a known field'],
      ['/components/2/licenses/0/license', EXACTLY_ONE],
      ['/compositions/0/aggregate', expect.stringMatching(/^must be one of/)],
    ]);
    const many = Array.from({ length: 300 }, (_, i) => part({ name: `${i}`, foo: 1 }));
    const { components: all, warnings = [] } = parse(bom({ components: many }));
    expect([all?.length, warnings.length]).toEqual([300, 101]);
    expect(warnings[100]?.message).toMatch(/^has more places/);
  });

  it('lets addresses and mail be what tools write', () => {
    const externalReferences = [{ type: 'vcs', url: 'git@github.com:acme/shop.git' }];
    const components = [part({ externalReferences })];
    const authors = [{ email: 'jörg@bücher.example' }];
    expect(noted(bom({ components, metadata: { authors } }))).toEqual([]);
  });
});

describe('what cannot be read', () => {
  it.each([
    [null, '', 'must be an object'],
    [bom({ components: {} }), '/components', 'must be of type array or null'],
    [bom({ components: [null] }), '/components/0', 'must be of type object'],
    [bom({ components: [{ type: 'library' }] }), '/components/0/name', 'is required'],
    [bom({ components: [{ name: 'a' }] }), '/components/0/type', 'is required'],
    [bom({ components: [part({ name: 5 })] }), '/components/0/name', 'must be of type string'],
    [
      bom({ components: [part({ components: [{ type: 'file' }] })] }),
      '/components/0/components/0/name',
      'is required',
    ],
    [
      bom({ vulnerabilities: [{ id: 'a', affects: [{}] }] }),
      '/vulnerabilities/0/affects/0/ref',
      'is required',
    ],
    [
      bom({ vulnerabilities: [{}] }),
      '/vulnerabilities/0/id',
      'is required, because the vulnerability has no other id',
    ],
  ])('refuses %j', (document, pointer, fault) => {
    expect(faultIn(document)).toEqual([pointer, fault]);
  });
});
