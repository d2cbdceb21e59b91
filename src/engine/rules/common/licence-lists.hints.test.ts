import { describe, expect, it } from 'vitest';
import { licenceHints } from '../../../vocabulary/licence-hints.js';
import { licenceLists } from './licence-lists.js';

describe('hints of licences in texts', () => {
  it.each([
    ['GNU General Public License v3.0 only', 'GPL-3.0-only'],
    ['GNU General Public License, version 2 or later', 'GPL-2.0-or-later'],
    ['GPLv3', 'GPL-3.0-only'],
    ['GPL v3+', 'GPL-3.0-or-later'],
    ['GNU Affero General Public License v3', 'AGPL-3.0-only'],
    ['GNU Lesser General Public License v2.1', 'LGPL-2.1-only'],
    ['MIT/AGPL-3.0', 'AGPL-3.0'],
    ['MIT, AGPL-3.0-only', 'AGPL-3.0-only'],
    ['https://www.gnu.org/licenses/agpl-3.0.html', 'AGPL-3.0'],
    ['LicenseRef-AGPL-3.0', 'AGPL-3.0'],
    ['GPL', 'GPL-3.0-only'],
    ['AGPL', 'AGPL-3.0-only'],
    ['Affero GPL', 'AGPL-3.0-only'],
    ['A.G.P.L', 'AGPL-3.0-only'],
    ['A G P L 3', 'AGPL-3.0-only'],
    ['S_S_P_L', 'SSPL-1.0'],
    ['SSPLv1', 'SSPL-1.0'],
    ['SSPL', 'SSPL-1.0'],
    ['Server Side Public License', 'SSPL-1.0'],
    ['Server Side Public License, v 1', 'SSPL-1.0'],
    ['Business Source License 1.1', 'BUSL-1.1'],
    ['Business Source Licence', 'BUSL-1.1'],
    ['the Elastic License 2.0', 'Elastic-2.0'],
    ['Common Public Attribution License', 'CPAL-1.0'],
    ['Creative Commons Attribution Non Commercial', 'CC-BY-NC-4.0'],
    ['https://mariadb.com/bsl11/', 'BUSL-1.1'],
    ['http://www.mongodb.com/licensing/server-side-public-license', 'SSPL-1.0'],
    ['see https://www.gnu.org/licenses/agpl.txt.', 'AGPL-3.0-only'],
  ])('%s: %s', (text, id) => {
    expect(licenceHints(text)).toContain(id);
    expect(licenceLists(undefined, [id])([text])).toBe('denied');
    expect(licenceLists(['MIT'], [id])([text])).toBe('denied');
  });

  it.each([['Apache License'], ['see COPYING'], ['https://example.com/licence'], ['']])(
    '%s has no denied licence',
    (text) => {
      expect(licenceLists(undefined, ['GPL-3.0-only', 'AGPL-*'])([text])).toBe('unknown');
    },
  );

  it.each([
    'MIT (GPL compatible)',
    'MIT (GPL-compatible)',
    'Python Software Foundation License (GPL compatible)',
    'Zope Public License, GPLv3+ compatible',
    'Modified BSD (GNU GPL v2 compatible)',
    'Ours, compatible with the GNU GPL v3',
    'Ours (compatible with GPL-2.0-only)',
  ])('%s is not the licence that it is compatible with', (text) => {
    expect(licenceLists(undefined, ['GPL-*'])([text])).toBe('unknown');
  });

  it.each([
    'GPL compatible',
    'GPL (compatible)',
    'GPL compatible with MIT',
    'GPL, compatible with MIT',
    'GPL (MIT compatible)',
    'GPL-3.0-only, GPL compatible',
    'MIT/GPL (incompatible)',
    'GPL compatible-ish',
  ])('%s may be the GPL', (text) => {
    expect(licenceLists(undefined, ['GPL-*'])([text])).toBe('denied');
  });

  it('do not deny an alternative of an expression', () => {
    const standing = licenceLists(undefined, ['AGPL-*']);
    expect(standing(['MIT OR LicenseRef-AGPL-3.0'])).toBe('allowed');
    expect(standing(['MIT AND LicenseRef-AGPL-3.0'])).toBe('denied');
  });

  it('do not deny what the list of allowed licences names', () => {
    expect(licenceLists(['MIT/AGPL-3.0'], ['GPL-*'])(['MIT/AGPL-3.0'])).toBe('allowed');
  });

  it.each([
    ['GNU General Public License v2.0 only', 'GPL-3.0-only'],
    ['GPL v2', 'GPL-3.0-only'],
    ['Apache License 2.0', 'Apache-1.1'],
    ['BSD 3-Clause License', 'BSD-4-Clause'],
    ['Lesser General Public License v2.1', 'GPL-2.0-only'],
    ['Python', 'Python-2.0'],
  ])('%s is not %s', (text, id) => {
    expect(licenceLists(undefined, [id])([text])).not.toBe('denied');
  });

  it.each([
    ['MIT License', 'MIT'],
    ['apache license 2.0', 'Apache-2.0'],
    ['GNU General Public License v3.0 only', 'GPL-3.0-only'],
  ])('%s is the whole name of %s', (text, id) => {
    expect(licenceLists([id])([text])).toBe('allowed');
    expect(licenceLists(['ISC'])([text])).toBe('denied');
    expect(licenceLists(undefined, [id])([text])).toBe('denied');
    expect(licenceLists([id])([`${text} of Acme`])).toBe('unknown');
  });

  it('are read in what a tool found, too', () => {
    const standing = licenceLists(undefined, ['AGPL-*']);
    expect(standing(['MIT', 'also found: GNU Affero General Public License'])).toBe('denied');
    expect(standing(['MIT', 'also found: AGPLv3'])).toBe('denied');
    expect(standing(['MIT', 'also found: MIT OR AGPL-3.0-only'])).toBe('allowed');
  });

  it('are not searched in long texts', () => {
    expect(licenceHints('MIT '.repeat(1000))).toEqual([]);
  });
});
