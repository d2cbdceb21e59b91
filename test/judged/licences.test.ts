import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { upload, uploaded } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { denials, guard, verdictOf } from '../support/verdicts.js';

/** Licences that a tool found in the files of a component, beside the one that its author states. */

const context = useApp();
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
});

const component = (more: object) => ({
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  components: [{ type: 'library', name: 'a', licenses: [{ license: { id: 'MIT' } }], ...more }],
});
const inFiles = (...ids: string[]) => ({
  evidence: { licenses: ids.map((id) => ({ license: { id } })) },
});

const spdx = (pack: object, more: object = {}) => ({
  spdxVersion: 'SPDX-2.3',
  SPDXID: 'SPDXRef-DOCUMENT',
  name: 'shop',
  packages: [{ SPDXID: 'SPDXRef-a', name: 'a', licenseConcluded: 'MIT', ...pack }],
  ...more,
});
const file = { SPDXID: 'SPDXRef-f', fileName: 'a.c', licenseInfoInFiles: ['AGPL-3.0-only'] };
const contains = {
  spdxElementId: 'SPDXRef-a',
  relationshipType: 'CONTAINS',
  relatedSpdxElement: 'SPDXRef-f',
};

const decided = async (document: unknown, rule: object) => {
  const environment = await guard(context.app, [{ rule: 'licences', ...rule }]);
  await uploaded(context.app, release, document);
  return denials(await verdictOf(context.app, release, { environment })).join();
};

describe('a denied licence in the files of a component', () => {
  it.each<[string, unknown]>([
    ['CycloneDX', component(inFiles('AGPL-3.0-only'))],
    ['CycloneDX, in an expression', component(inFiles('MIT AND agpl-3.0-only'))],
    ['SPDX', spdx({ licenseInfoFromFiles: ['MIT', 'AGPL-3.0-only'] })],
    ['SPDX, in a file of it', spdx({}, { files: [file], relationships: [contains] })],
    ['SPDX, in a file that it lists', spdx({ hasFiles: ['SPDXRef-f'] }, { files: [file] })],
    ['SPDX, declared', spdx({ licenseDeclared: 'AGPL-3.0-only' })],
  ])('denies: %s', async (_form, document) => {
    const message = await decided(document, { deny: ['AGPL-*'], unknown: 'allow' });
    expect(message).toMatch(/1 has licences that are not allowed: a \(MIT and .*AGPL-3.0-only/i);
  });

  it('denies by a name of several words', async () => {
    const document = spdx({ licenseDeclared: 'The Zork Licence' });
    expect(await decided(document, { deny: ['The Zork Licence'] })).toContain('not allowed');
  });
});

describe('other licences in files', () => {
  it('neither deny nor leave the licence unknown', async () => {
    const document = component(inFiles('ISC', 'LicenseRef-scancode-x'));
    expect(await decided(document, { allow: ['MIT'], deny: ['AGPL-*'] })).toBe('');
  });

  it('do not state the licence of a component', async () => {
    const document = { ...component({ ...inFiles('MIT'), licenses: [] }) };
    expect(await decided(document, { allow: ['MIT'] })).toContain('1 has no known licence');
  });

  it('cannot be stated as if they were found', async () => {
    const licenses = [{ license: { name: 'also found: Zork' } }, { license: { id: 'MIT' } }];
    expect(await decided(component({ licenses }), { allow: ['MIT'] })).toContain(
      'no known licence',
    );
  });

  it('of a file without a package are a warning', async () => {
    const response = await upload(context.app, release, spdx({}, { files: [file] }));
    expect(response.json().summary.warnings.first).toMatchObject([
      { pointer: '/files', message: expect.stringContaining('without a package') },
    ]);
  });
});

it('a search for a licence finds those in files', async () => {
  await uploaded(context.app, release, component(inFiles('AGPL-3.0-only')));
  const query = { licence: 'agpl-3.0-only' };
  const { body } = await context.app.inject({ url: `/releases/${release}/components`, query });
  expect(JSON.parse(body)).toMatchObject([{ licences: ['MIT', 'also found: AGPL-3.0-only'] }]);
});

describe('a name that calls the licence compatible with a denied one', () => {
  const named = (name: string) => component({ licenses: [{ license: { name } }] });
  const rule = { deny: ['GPL-*'], unknown: 'allow' };

  it.each(['MIT (GPL compatible)', 'Python Software Foundation License (GPL compatible)'])(
    'is not denied: %s',
    async (name) => expect(await decided(named(name), rule)).toBe(''),
  );

  it.each(['GPL', 'GPL compatible', 'GPL compatible with MIT', 'GPL (MIT compatible)'])(
    'is denied: %s',
    async (name) =>
      expect(await decided(named(name), rule)).toContain('licences that are not allowed'),
  );
});
