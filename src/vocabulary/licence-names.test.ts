import { describe, expect, it } from 'vitest';
import { canonicalLicence, isLicenceId } from './licence-names.js';

describe('canonicalLicence', () => {
  it.each([
    ['MIT', 'MIT'],
    [' mit ', 'MIT'],
    ['APACHE-2.0', 'Apache-2.0'],
    ['gpl-2.0+', 'GPL-2.0+'],
    ['epl-1.0+', 'EPL-1.0+'],
    ['mit or (apache-2.0 and isc)', 'MIT OR (Apache-2.0 AND ISC)'],
    ['gpl-2.0-only with classpath-exception-2.0', 'GPL-2.0-only WITH Classpath-exception-2.0'],
    ['mit AND LicenseRef-Own', 'MIT AND LicenseRef-Own'],
  ])('%s: %s', (text, expected) => expect(canonicalLicence(text)).toBe(expected));

  it.each([
    '',
    'Apache 2',
    'The MIT License',
    'mit or our own terms',
    'mit isc',
    'LicenseRef-proprietary',
    'NOASSERTION',
    'constructor',
    '__proto__',
    'toString+',
    `mit or ${'isc or '.repeat(1000)}isc`,
  ])('leaves %j unchanged', (text) => expect(canonicalLicence(text)).toBe(text));
});

it('isLicenceId ignores case, and knows no name', () => {
  expect(['mit', 'GPL-3.0-ONLY', 'MIT License', 'valueOf', ''].map(isLicenceId)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});
