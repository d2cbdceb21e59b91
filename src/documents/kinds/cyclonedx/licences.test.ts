import { describe, expect, it } from 'vitest';
import { bom, parse } from './cyclonedx.support.js';

const licencesOf = (licenses: unknown) =>
  parse(bom({ components: [{ type: 'library', name: 'x', licenses }] })).components?.[0]?.licences;

describe('licences', () => {
  it.each([
    [
      [{ license: { id: 'MIT' } }, { license: { name: 'House licence' } }],
      ['MIT', 'House licence'],
    ],
    [[{ license: { id: 'mit' } }], ['MIT']],
    [[{ license: { name: 'apache-2.0' } }], ['Apache-2.0']],
    [[{ license: { id: 'Apache 2' } }], ['Apache 2']],
    [[{ license: { id: 'LicenseRef-proprietary' } }], ['LicenseRef-proprietary']],
    [[{ license: { id: 'MIT OR GPL-3.0-only' } }], ['MIT OR GPL-3.0-only']],
    [[{ expression: 'mit or isc' }], ['MIT OR ISC']],
    [[{ expression: 'MIT' }, { license: { id: 'MIT' } }], ['MIT']],
    [[{ expression: 'MIT', license: { id: 'ISC' } }], ['MIT', 'ISC']],
    [[{ license: { id: 'MIT', name: 'MIT License' } }], ['MIT']],
    [[{ license: { url: 'https://example.org/l' } }], ['https://example.org/l']],
    ['MIT', ['MIT']],
    [{ license: { id: 'MIT' } }, ['MIT']],
    [
      ['MIT', { license: 'ISC' }],
      ['MIT', 'ISC'],
    ],
    [null, []],
    [[], []],
  ])('of %j are %j', (licenses, expected) => expect(licencesOf(licenses)).toEqual(expected));

  it('that a tool found in the files count if none is stated, and leave it unknown', () => {
    const evidence = { licenses: [{ license: { id: 'agpl-3.0-only' } }, { expression: 'MIT' }] };
    const read = (component: object) =>
      parse(bom({ components: [{ type: 'library', name: 'x', evidence, ...component }] }))
        .components?.[0]?.licences;
    expect(read({})).toEqual(['AGPL-3.0-only', 'MIT', 'NOASSERTION']);
    expect(read({ licenses: [] })).toEqual(['AGPL-3.0-only', 'MIT', 'NOASSERTION']);
    expect(read({ licenses: [{ license: { id: 'ISC' } }, { license: { id: 'MIT' } }] })).toEqual([
      ...['ISC', 'MIT', 'also found: AGPL-3.0-only'],
    ]);
    for (const other of [null, {}, { licenses: null }, { licenses: [] }, 'MIT'])
      expect(read({ evidence: other })).toEqual([]);
  });

  it.each([
    'also found: X',
    ' Also Found:X',
    'also\u0000 found: also found: X',
    '\u200balso found: X',
  ])('cannot be stated as found: %j', (name) => {
    const [licence = ''] = licencesOf([{ license: { name } }]) ?? [];
    expect(licence.trim()).toBe('X');
  });

  it('that nothing names are unknown, beside others', () => {
    for (const entry of [{}, null, { license: {} }, { license: { text: { content: 'x' } } }]) {
      expect(licencesOf([{ license: { id: 'MIT' } }, entry])).toEqual(['MIT', 'NOASSERTION']);
    }
  });

  it('with the id of one licence and the name of another are both', () => {
    const license = { id: 'MIT', name: 'gpl-3.0-only' };
    expect(licencesOf([{ license }])).toEqual(['MIT', 'GPL-3.0-only']);
  });
});
