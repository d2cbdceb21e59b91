import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { upload, uploaded } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { expectProblem } from '../support/requests.js';
import { denials, guard, verdictOf } from '../support/verdicts.js';

/** The forms in which documents state licences. */

const context = useApp();
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
});

const cyclonedx = (licenses: unknown[], more: object = {}) => ({
  bomFormat: 'CycloneDX',
  specVersion: '1.7',
  components: [{ type: 'library', name: 'a', version: '1', licenses, ...more }],
});
const ids = (...all: string[]) => all.map((id) => ({ license: { id } }));
const expression = (text: string, more: object = {}) => cyclonedx([{ expression: text, ...more }]);
const spdx = (licenseConcluded: string, licenseDeclared = 'NOASSERTION', more: object = {}) => ({
  spdxVersion: 'SPDX-2.3',
  SPDXID: 'SPDXRef-DOCUMENT',
  name: 'shop',
  packages: [{ SPDXID: 'SPDXRef-a', name: 'a', licenseConcluded, licenseDeclared }],
  ...more,
});

const MANY = Array.from({ length: 60 }, (_, n) => `LicenseRef-${n}`);

async function decided(document: unknown, rule: object) {
  const environment = await guard(context.app, [{ rule: 'licences', ...rule }]);
  await uploaded(context.app, release, document);
  return denials(await verdictOf(context.app, release, { environment })).join();
}

describe('a denied licence denies, also with `unknown: allow`', () => {
  it.each<[string, unknown]>([
    ['in lower case', expression('mit and agpl-3.0-only')],
    ['in parentheses', expression('((MIT) AND ((AGPL-3.0-only)))')],
    ['with +', expression('AGPL-3.0+')],
    ['with a word', expression('agpl-3.0-or-later and mit')],
    ['as the second of two', cyclonedx(ids('MIT', 'AGPL-3.0-only'))],
    ['as the last of 61', cyclonedx(ids(...MANY, 'AGPL-3.0-only'))],
    ['after 1,900 characters', expression(`${'MIT AND '.repeat(237)}AGPL-3.0-only`)],
    ['beyond the limit of a text', expression(`${'MIT AND '.repeat(400)}AGPL-3.0-only`)],
    [
      'that was concluded',
      cyclonedx([...ids('MIT'), { license: { id: 'AGPL-3.0', acknowledgement: 'concluded' } }]),
    ],
    ['that was declared', spdx('MIT', 'AGPL-3.0-only')],
    ['that was declared by a name', spdx('MIT', 'GNU Affero GPL')],
    ['beside NOASSERTION', spdx('NOASSERTION', 'AGPL-3.0-only')],
    ['of another document', spdx('DocumentRef-x:LicenseRef-AGPL-3.0')],
    ['in another case', spdx('licenseref-agpl-3.0')],
    [
      'that details of an expression name',
      expression('LicenseRef-own', {
        expressionDetails: [
          { licenseIdentifier: 'LicenseRef-own', url: 'https://www.gnu.org/licenses/agpl-3.0' },
        ],
      }),
    ],
  ])('%s', async (_form, document) => {
    const message = await decided(document, { deny: ['AGPL-*'], unknown: 'allow' });
    expect(message).toContain('1 has licences that are not allowed');
  });
});

describe('a licence that nobody states is unknown', () => {
  it.each<[string, unknown]>([
    ['NOASSERTION', spdx('NOASSERTION')],
    ['NONE', spdx('NONE', 'NONE')],
    ['in lower case', spdx('noassertion', 'none')],
    ['no list', cyclonedx([])],
    ['an empty entry', cyclonedx([{}])],
    ['in files only', cyclonedx([], { evidence: { licenses: ids('MIT') } })],
  ])('%s', async (_form, document) => {
    expect(await decided(document, { allow: ['MIT'] })).toContain('1 has no known licence');
  });
});

it.each([
  ['an alternative', expression('agpl-3.0-only or mit')],
  ['an exception that is allowed', expression('gpl-2.0-only with classpath-exception-2.0')],
])('%s is allowed', async (_form, document) => {
  const allow = ['MIT', 'GPL-2.0-only WITH Classpath-exception-2.0'];
  expect(await decided(document, { allow, deny: ['AGPL-*'] })).toBe('');
});

it('SPDX 3.0 is refused by its name, with what to upload', async () => {
  const response = await upload(context.app, release, {
    '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld',
    '@graph': [{ type: 'software_Package', name: 'a' }],
  });
  const problem = expectProblem(response, 422, 'document-unrecognized');
  expect(problem.detail).toContain('looks like SPDX 3.0, which is not read. Upload SPDX 2.3');
});
