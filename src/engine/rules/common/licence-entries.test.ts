import { describe, expect, it } from 'vitest';
import { faultOfDenied, faultOfEntry } from './licence-entries.js';

describe('an entry of a list of licences', () => {
  it.each([
    'MIT',
    'mit',
    'agpl-3.0-OR-later',
    'GPL-2.0+',
    'GPL-2.0-only WITH Classpath-exception-2.0',
    'LicenseRef-acme',
    'AGPL-*',
    'gpl-*',
    'LGPL-*',
    'SSPL-*',
    'BSD-*',
    'CC-BY-NC-*',
    'Apache-*',
    'The Zork Licence',
  ])('is accepted: %s', (entry) => {
    expect(faultOfEntry(entry)).toBeUndefined();
    expect(faultOfDenied(entry)).toBeUndefined();
  });

  it.each([
    ['AGPL', 'Did you mean AGPL-*?'],
    ['SSPL', 'Did you mean SSPL-*?'],
    ['GPL3', 'Did you mean GPL-3.0-only or GPL-3.0-or-later?'],
    ['GPLv3', 'Did you mean GPL-3.0-only or GPL-3.0-or-later?'],
    ['GPL-3', 'Did you mean GPL-3.0-only or GPL-3.0-or-later?'],
    ['Apache2', 'Did you mean Apache-2.0?'],
    ['Zork', 'is not an SPDX id'],
    ['ZORK-*', 'is not a family'],
    ['*', 'is not a family'],
    ['GPL*', 'Did you mean GPL-*?'],
    ['LicenseRef-*', 'is not a family'],
  ])('is refused: %s', (entry, message) => {
    expect(faultOfEntry(entry)).toContain(message);
    expect(faultOfDenied(entry)).toContain(message);
  });

  it.each([
    ['GNU AGPL v3', 'AGPL-*'],
    ['GNU Affero General Public License', 'AGPL-*'],
    ['GNU General Public License v2', 'GPL-*'],
    ['The MIT License', 'MIT'],
  ])('is refused in deny if SPDX has an id for it: %s', (entry, meant) => {
    expect(faultOfDenied(entry)).toContain(`Did you mean ${meant}`);
    expect(faultOfEntry(entry)).toBeUndefined();
  });
});
