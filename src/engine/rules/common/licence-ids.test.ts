import { describe, expect, it } from 'vitest';
import { isMeant, readLicence } from './licence-ids.js';

/** Whether the entry of a list covers the licence. */
function meant(text: string, entry: string): boolean | undefined {
  const [licence, of] = [readLicence(text), readLicence(entry)];
  return licence && of && isMeant(licence, of);
}

describe('readLicence', () => {
  it.each([
    ['MIT', { id: 'MIT', orLater: false, exception: '' }],
    ['GPL-2.0-only', { id: 'GPL-2.0', orLater: false }],
    ['GPL-2.0-or-later', { id: 'GPL-2.0', orLater: true }],
    ['GPL-2.0+', { id: 'GPL-2.0', orLater: true }],
    ['GPL-2.0 WITH Classpath-exception-2.0', { exception: 'Classpath-exception-2.0' }],
    ['LicenseRef-x-only', { id: 'LicenseRef-x-only', orLater: false }],
  ])('%s', (text, expected) => expect(readLicence(text)).toMatchObject({ text, ...expected }));

  it.each([
    '',
    'mit',
    ' MIT',
    '(MIT)',
    'MIT OR ISC',
    '!MIT+',
    'MIT WITH x',
    'NONE',
    'NOASSERTION',
    'toString',
  ])('does not know %j', (text) => expect(readLicence(text)).toBeUndefined());
});

describe('isMeant', () => {
  it.each([
    ['MIT', 'MIT'],
    ['GPL-2.0', 'GPL-2.0-only'],
    ['GPL-3.0-only', 'GPL-2.0-or-later'],
    ['GPL-2.0+', 'GPL-2.0-or-later'],
    ['GPL-2.0-or-later', 'GPL-3.0-only'],
    ['Apache-2.0', 'Apache-1.1+'],
    ['LGPL-2.1-only', 'LGPL-2.0-or-later'],
    ['LGPL-3.0', 'LGPL-2.1+'],
    ['EUPL-1.1', 'EUPL-1.0+'],
    ['GFDL-1.2', 'GFDL-1.1+'],
    ['LicenseRef-x', 'LicenseRef-x'],
    ['GPL-2.0-only WITH Classpath-exception-2.0', 'GPL-2.0-only WITH Classpath-exception-2.0'],
  ])('%s by %s', (text, entry) => expect(meant(text, entry)).toBe(true));

  it.each([
    ['MIT', 'ISC'],
    ['MIT-0', 'MIT'],
    ['GPL-1.0-only', 'GPL-2.0-or-later'],
    ['GPL-2.0-only', 'LGPL-2.0-or-later'],
    ['Apache-1.0', 'Apache-1.1+'],
    ['GPL-2.0-only WITH Classpath-exception-2.0', 'GPL-2.0-only'],
    ['GPL-2.0-only', 'GPL-2.0-only WITH Classpath-exception-2.0'],
    ['DocumentRef-a:LicenseRef-x', 'LicenseRef-x'],
  ])('not %s by %s', (text, entry) => expect(meant(text, entry)).toBe(false));

  it.each([
    ['LGPL-2.0', 'LGPL-3.0'],
    ['AGPL-3.0', 'AGPL-1.0'],
    ['CDDL-1.1', 'CDDL-1.0'],
    ['EUPL-1.0', 'EUPL-1.1+'],
    ['LGPL-2.0', 'LGPL-2.1-or-later'],
  ])('does not treat an id of eight letters as a range: not %s by %s', (text, entry) => {
    expect(meant(text, entry)).toBe(false);
  });
});
