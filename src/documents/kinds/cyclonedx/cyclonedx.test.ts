import { describe, expect, it } from 'vitest';
import { bom, faultIn, fixture, parse } from './cyclonedx.support.js';
import { cyclonedx } from './index.js';
import { parser } from './parser.js';

describe('recognizes', () => {
  it.each([
    { bomFormat: 'CycloneDX' },
    { $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json', specVersion: '1.6' },
    { $schema: 'https://CycloneDX.org/schema/bom-1.6.schema.json', specVersion: 6, bomFormat: 'X' },
  ])('%j', (document) => expect(parser.recognizes(document)).toBe(true));

  it.each([
    null,
    1,
    'CycloneDX',
    [],
    [{ bomFormat: 'CycloneDX' }],
    {},
    { bomFormat: { toString: 1 } },
    { $schema: 7, specVersion: '1.6' },
    { $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json' },
    { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [] },
    { spdxVersion: 'SPDX-2.3', specVersion: '1.6' },
  ])('not %j', (document) => expect(parser.recognizes(document)).toBe(false));
});

describe('components', () => {
  it('reads what npm writes', () => {
    const { components, coverage, subjects, obstacle, ...rest } = parse(fixture('npm-sbom-1.5'));
    expect(subjects).toMatchObject([{ name: 'tiny', version: '1.2.0' }]);
    expect(obstacle).toContain('it has no list `vulnerabilities`');
    expect(rest).toEqual({
      tool: 'cli',
      toolVersion: '11.19.1',
      specVersion: '1.5',
      able: [],
    });
    expect(coverage).toMatchObject([{ what: 'components', ran: 'yes', lookedAt: 3 }]);
    expect(components).toHaveLength(3);
    expect(components?.[0]).toEqual({
      type: 'library',
      name: '@sindresorhus/is',
      version: '7.0.1',
      purl: 'pkg:npm/%40sindresorhus/is@7.0.1',
      licences: ['MIT'],
    });
  });

  it('reads nested ones in their order, with groups, and versions from the purl', () => {
    const { components, tool, toolVersion } = parse(fixture('components-1.2'));
    expect([tool, toolVersion]).toEqual(['cyclonedx-maven-plugin', '2.1.0']);
    expect(components).toEqual([
      {
        type: 'framework',
        name: 'org.example/web',
        version: '5.1.0',
        purl: 'pkg:maven/org.example/web@5.1.0?type=jar',
        licences: ['Apache-2.0', 'House licence'],
      },
      { type: 'library', name: 'shaded', version: '1.0', licences: [] },
      { type: 'file', name: 'data.bin', version: '1', licences: [] },
      {
        type: 'library',
        name: 'plain',
        version: '7',
        purl: 'pkg:generic/plain@7',
        licences: ['MIT OR GPL-2.0-only'],
      },
    ]);
  });

  it('counts what is in the subject, not the subject', () => {
    const { components } = parse(
      bom({
        metadata: {
          component: { type: 'application', name: 'a', components: [{ type: 'file', name: 'b' }] },
        },
      }),
    );
    expect(components?.map(({ name }) => name)).toEqual(['b']);
  });

  it('reads 1.7, and services as tools', () => {
    const { components, tool, toolVersion } = parse(fixture('external-1.7'));
    expect([tool, toolVersion]).toEqual(['sbom service', '12']);
    expect(components?.map(({ name, licences }) => [name, ...licences])).toEqual([
      ['outside'],
      ['prices', 'CC0-1.0'],
    ]);
  });

  it('takes no odd purl, and says so', () => {
    const { components, warnings } = parse(
      bom({ components: [{ type: 'library', name: 'toString', purl: 'npm:x' }] }),
    );
    expect(components?.[0]).toEqual({ type: 'library', name: 'toString', licences: [] });
    expect(warnings).toEqual([
      {
        message: 'is not a package URL: the component is known by its name',
        pointer: '/components/0/purl',
      },
    ]);
  });

  it('counts what is repeated once, and what differs twice', () => {
    const one = { type: 'library', name: 'x', version: '1', 'bom-ref': 'a' };
    const other = { ...one, version: '2' };
    const { components, warnings } = parse(bom({ components: [one, { ...one }, other] }));
    expect(components?.map(({ version }) => version)).toEqual(['1', '2']);
    expect(warnings).toEqual([
      {
        message: 'repeats an earlier component: it counts once',
        pointer: '/components/1',
      },
      {
        message: 'is also the reference of another component',
        pointer: '/components/2/bom-ref',
      },
    ]);
  });

  it('takes a null for what is not there', () => {
    const component = { type: 'library', name: 'x', version: null, group: null, purl: null };
    const nulls = { licenses: null, components: null, hashes: null };
    expect(parse(bom({ components: [{ ...component, ...nulls }] })).components).toEqual([
      { type: 'library', name: 'x', licences: [] },
    ]);
    expect(parse(bom({ metadata: null, vulnerabilities: null })).findings).toBeUndefined();
  });

  it('reads its example', () => {
    const { components, findings, claims } = parse(cyclonedx.example);
    expect([components?.length, findings?.length, claims?.length]).toEqual([1, 1, 1]);
  });
});

it.each([
  ['/Components', { Components: [{ type: 'library', name: 'a' }] }],
  ['/components/0/Purl', { components: [{ type: 'library', name: 'a', Purl: 'pkg:npm/a@1' }] }],
  [
    '/components/0/components/0/Licenses',
    {
      components: [
        {
          type: 'library',
          name: 'a',
          components: [{ type: 'library', name: 'b', Licenses: [{ expression: 'MIT' }] }],
        },
      ],
    },
  ],
  [
    '/components/0/licenses/0/license/Id',
    { components: [{ type: 'library', name: 'a', licenses: [{ license: { Id: 'MIT' } }] }] },
  ],
])('CycloneDX: a name in another case is refused: %s', (pointer, content) => {
  expect(faultIn(bom(content))).toEqual([pointer, expect.stringMatching(/^is not read/)]);
});
