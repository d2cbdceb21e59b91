import { describe, expect, it } from 'vitest';
import { licenceHints } from './licence-hints.js';
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
  ])('%s: %s', (text, id) => {
    expect(licenceHints(text)).toContain(id);
    expect(licenceLists(undefined, [id])([text])).toBe('denied');
    expect(licenceLists(['MIT'], [id])([text])).toBe('denied');
  });

  it.each([['Apache License'], ['see COPYING'], ['https://example.com/licence'], ['GPL'], ['']])(
    '%s has no denied licence',
    (text) => {
      expect(licenceLists(undefined, ['GPL-3.0-only', 'AGPL-*'])([text])).toBe('unknown');
    },
  );

  it('do not deny an alternative of an expression', () => {
    const standing = licenceLists(undefined, ['AGPL-*']);
    expect(standing(['MIT OR LicenseRef-AGPL-3.0'])).toBe('allowed');
    expect(standing(['MIT AND LicenseRef-AGPL-3.0'])).toBe('denied');
  });

  it('do not deny what the list of allowed licences names', () => {
    expect(licenceLists(['MIT/AGPL-3.0'], ['GPL-*'])(['MIT/AGPL-3.0'])).toBe('allowed');
  });

  it('are not searched in long texts', () => {
    expect(licenceHints('MIT '.repeat(1000))).toEqual([]);
  });
});
