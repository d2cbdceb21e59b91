import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { uploaded } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { denials, guard, verdictOf } from '../support/verdicts.js';

/** What a document tells of a licence beside its id: names, texts and addresses. */

const context = useApp();
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
});

const cyclonedx = (...licenses: object[]) => ({
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  components: [{ type: 'library', name: 'a', version: '1', licenses }],
});
const ofLicense = (license: object) => cyclonedx({ license });

const spdx = (info: object, licenseConcluded = 'LicenseRef-1') => ({
  spdxVersion: 'SPDX-2.3',
  SPDXID: 'SPDXRef-DOCUMENT',
  name: 'shop',
  packages: [{ SPDXID: 'SPDXRef-a', name: 'a', licenseConcluded }],
  hasExtractedLicensingInfos: [{ licenseId: 'LicenseRef-1', ...info }],
});

const NOTICE = [
  'This program is free software: you can redistribute it and/or modify it under the terms of the',
  'GNU Affero General Public License as published by the Free Software Foundation, either version 3.',
].join('\n');
const base64 = Buffer.from(NOTICE).toString('base64');

const decided = async (document: unknown, rule: object) => {
  const environment = await guard(context.app, [{ rule: 'licences', ...rule }]);
  await uploaded(context.app, release, document);
  return denials(await verdictOf(context.app, release, { environment })).join();
};

const DENIED: Record<string, unknown> = {
  'the text of a LicenseRef': spdx({ extractedText: NOTICE }),
  'the text after other text': spdx({ extractedText: `${'x '.repeat(60_000)}${NOTICE}` }),
  'the name of a LicenseRef': spdx({ name: 'GNU AGPL, version 3' }),
  'an address of a LicenseRef': spdx({ seeAlsos: ['https://www.gnu.org/licenses/agpl.txt'] }),
  'an identifier in the text': spdx({ extractedText: '// SPDX-License-Identifier: AGPL-3.0-only' }),
  'a LicenseRef in another case': spdx({ extractedText: NOTICE }, 'licenseref-1'),
  'a LicenseRef beside another licence': spdx({ extractedText: NOTICE }, 'MIT AND LicenseRef-1'),
  'a declared LicenseRef': {
    ...spdx({ extractedText: NOTICE }, 'MIT'),
    packages: [
      {
        ...{ SPDXID: 'SPDXRef-a', name: 'a' },
        ...{ licenseConcluded: 'MIT', licenseDeclared: 'LicenseRef-1' },
      },
    ],
  },
  'a LicenseRef in files': {
    ...spdx({ extractedText: NOTICE }, 'MIT'),
    packages: [
      {
        ...{ SPDXID: 'SPDXRef-a', name: 'a' },
        ...{ licenseConcluded: 'MIT', licenseInfoFromFiles: ['LicenseRef-1'] },
      },
    ],
  },
  'a text of CycloneDX': ofLicense({ name: 'Ours', text: { content: NOTICE } }),
  'a text in base64': ofLicense({ name: 'Ours', text: { content: base64, encoding: 'base64' } }),
  'an address': ofLicense({ name: 'Ours', url: 'https://www.gnu.org/licenses/agpl-3.0.en.html' }),
  'an address alone': ofLicense({ url: 'https://www.gnu.org/licenses/agpl.txt' }),
  'an address beside another id': ofLicense({
    id: 'MIT',
    url: 'https://opensource.org/licenses/AGPL-3.0',
  }),
  'a name beside another id': ofLicense({ id: 'MIT', name: 'GNU Affero GPL' }),
  'a text beside another id': ofLicense({ id: 'MIT', text: { content: NOTICE } }),
  'a full name': ofLicense({ name: 'GNU Affero General Public License' }),
};

describe('a denied licence', () => {
  it.each(Object.entries(DENIED))('denies, by %s', async (_by, document) => {
    expect(await decided(document, { deny: ['AGPL-*'], unknown: 'allow' })).toContain(
      '1 has licences that are not allowed',
    );
  });

  it.each([
    ['SSPL-1.0', 'Server Side Public License'],
    ['BUSL-1.1', 'Business Source License 1.1'],
    ['Elastic-2.0', 'Elastic License 2.0'],
    ['CPAL-1.0', 'Common Public Attribution License'],
  ])('%s denies by its full name: %s', async (id, name) => {
    const rule = { deny: [id], unknown: 'allow' };
    expect(await decided(ofLicense({ name }), rule)).toContain('licences that are not allowed');
  });

  it('denies in the XML of CycloneDX', async () => {
    const document = `<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components><component type="library">
      <name>a</name><licenses><license><name>Ours</name><text>${NOTICE}</text></license></licenses>
      </component></components></bom>`;
    const environment = await guard(context.app, [
      { rule: 'licences', deny: ['AGPL-*'], unknown: 'allow' },
    ]);
    await uploaded(context.app, release, document, { type: 'application/xml' });
    expect(denials(await verdictOf(context.app, release, { environment })).join()).toContain(
      'licences that are not allowed',
    );
  });
});

describe('a licence that nothing is known of', () => {
  it.each([
    ['a LicenseRef', spdx({ extractedText: 'All rights reserved.' })],
    ['a name', ofLicense({ name: 'Ours', url: 'https://example.org/terms' })],
  ])('denies unless the policy allows it: %s', async (_which, document) => {
    expect(await decided(document, { deny: ['AGPL-*'] })).toContain('1 has no known licence');
  });

  it('is allowed by its id', async () => {
    const document = spdx({ extractedText: 'All rights reserved.' });
    expect(await decided(document, { allow: ['LicenseRef-1'], deny: ['AGPL-*'] })).toBe('');
  });
});

const ALLOWED: Record<string, unknown> = {
  'its address': ofLicense({ id: 'MIT', url: 'https://opensource.org/licenses/MIT' }),
  'its whole name': ofLicense({ name: 'MIT License' }),
  'its text, which mentions others': ofLicense({
    id: 'MPL-2.0',
    text: { content: `Mozilla Public License Version 2.0. Secondary License: ${NOTICE}` },
  }),
  'an alternative': spdx({ extractedText: NOTICE }, 'MIT OR LicenseRef-1'),
};

it.each(Object.entries(ALLOWED))(
  'an allowed licence stays allowed with %s',
  async (_by, document) => {
    expect(await decided(document, { allow: ['MIT', 'MPL-2.0'], deny: ['AGPL-*'] })).toBe('');
  },
);
