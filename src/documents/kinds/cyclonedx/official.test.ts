import { describe, expect, it } from 'vitest';
import { bom, faultIn, parse } from './cyclonedx.support.js';

const withLicence = (specVersion: string, ...licenses: unknown[]) => ({
  bomFormat: 'CycloneDX',
  specVersion,
  components: [{ type: 'library', name: 'a', version: '1', licenses }],
});

describe('the official schemas', () => {
  it.each(['1.1', '1.8', '9', 'constructor', 1.6, null, undefined, ['1.6']])(
    'no version %j',
    (v) => {
      expect(faultIn({ bomFormat: 'CycloneDX', specVersion: v })).toEqual([
        '/specVersion',
        'must be one of 1.2, 1.3, 1.4, 1.5, 1.6, 1.7',
      ]);
    },
  );

  it.each(['1.2', '1.3', '1.4', '1.5', '1.6', '1.7'])('of %s', (version) => {
    expect(parse({ bomFormat: 'CycloneDX', specVersion: version }).specVersion).toBe(version);
    expect(faultIn({ bomFormat: 'Other', specVersion: version })).toEqual([
      '/bomFormat',
      'must be one of CycloneDX',
    ]);
    expect(faultIn(withLicence(version, { license: { id: 'Nope' } }))).toEqual([
      '/components/0/licenses/0/license/id',
      "is not in the specification's list",
    ]);
    expect(faultIn(withLicence(version, { license: { id: 'MIT', name: 'MIT' } }))).toEqual([
      '/components/0/licenses/0/license',
      'must have exactly one of id, name',
    ]);
    expect(faultIn(withLicence(version, { expression: 5 }))).toEqual([
      '/components/0/licenses/0/expression',
      'must be of type string',
    ]);
    expect(parse(withLicence(version, { expression: 'MIT' })).components).toHaveLength(1);
  });

  it.each([
    [bom({ version: null }), '/version', 'must be of type integer'],
    [bom({ components: {} }), '/components', 'must be of type array'],
    [bom({ components: [null] }), '/components/0', 'must be of type object'],
    [bom({ components: [{ type: 'library' }] }), '/components/0/name', 'is required'],
    [bom({ 'a/b': 1 }), '/a~1b', 'is not a known field'],
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
    [
      bom({
        components: [
          { type: 'file', name: 'a' },
          { type: 'file', name: 'b' },
          { name: 'a', type: 'file' },
        ],
      }),
      '/components/2',
      'repeats an earlier item',
    ],
    [
      bom({ vulnerabilities: [{}] }),
      '/vulnerabilities/0/id',
      'is required, because the vulnerability has no other id',
    ],
  ])('%j', (document, pointer, fault) => {
    expect(faultIn(document)).toEqual([pointer, fault]);
  });

  it('lets addresses and mail be what tools write', () => {
    const url = 'git@github.com:acme/shop.git';
    const email = 'jörg@bücher.example';
    const externalReferences = [{ type: 'vcs', url }];
    const components = [{ type: 'library', name: 'a', externalReferences }];
    expect(parse(bom({ components, metadata: { authors: [{ email }] } })).components).toHaveLength(
      1,
    );
  });
});
