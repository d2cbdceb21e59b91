import { describe, expect, it } from 'vitest';
import { licenceLists } from './licence-lists.js';

/** How package managers, registries, scanners and people write licences that a policy denies. */

const DENIED: Readonly<Record<string, readonly string[]>> = {
  'GPL-3.0-only': [
    ...[
      'GPL-3',
      'GPL3',
      'GPL 3',
      'GPL(v3)',
      'GPL v.3',
      'GPL ver. 3',
      'GPL, v3',
      'GPL_3_0',
      'gpl_3',
    ],
    ...['GNU GPL 3', 'GNU-GPL-3', 'GNUGPL', 'G.P.L. v3', 'GNU', 'GNU License', 'GPL-V3.0'],
    ...[
      'GNU Public License v3',
      'GNU Public License',
      'General Public License',
      'Gnu Public Licence',
    ],
    ...['GNU GENERAL PUBLIC LICENSE', 'GNU GENERAL PUBLIC LICENSE Version 3, 29 June 2007'],
    ...['GPL version 3 or later', 'GPL (>= 2)', 'GPL (>=2)', 'GPL >= 2', 'GPL-2+', 'GPLv2+'],
    ...[
      'GPL v2 or newer',
      'GPL2 or greater',
      'GPL 2 and above',
      'GPL-2.0-plus',
      'GPL-2 or any later',
    ],
    ...['GPLv2+ with exceptions', 'GPL-3 | file LICENSE', 'GPL-2 | GPL-3', 'Artistic or GPL-1+'],
    ...['License :: OSI Approved :: GNU General Public License v3 (GPLv3)'],
    ...['License :: OSI Approved :: GNU General Public License (GPL)'],
    ...[
      'LicenseRef-GPL',
      'LicenseRef-GNU-General-Public-License-v3',
      'DocumentRef-x:LicenseRef-GPL-3',
    ],
    ...['ＧＰＬ－３．０', 'ＧＮＵ　General Public License', 'G\u200bPL-3.0', 'GPL‑3.0', 'gpl‐3'],
    ...['MIT AND GPL3', '(MIT and GPLv3)', 'mit AND (isc AND gpl3)'],
    ...['http://www.gnu.org/copyleft/gpl.html', 'gnu.org/licenses/gpl-3.0'],
  ],
  'AGPL-3.0-or-later': [
    ...[
      'AGPLv3+',
      'agpl-3.0-plus',
      'GNU AGPLv3 or later',
      'Affero GPL 3 or later',
      'AGPL',
      'Affero',
    ],
    ...['License :: OSI Approved :: GNU Affero General Public License v3 or later (AGPLv3+)'],
    ...['ＡＧＰＬ', 'A.G.P.L.', 'agpl_3', 'GNU Affero', 'LicenseRef-scancode-agpl-3.0-plus'],
  ],
  'LGPL-3.0-only': [
    ...[
      'Lesser GPL 3',
      'Lesser GPL',
      'Library GPL',
      'GNU Lesser',
      'Gnu Lesser Public License',
      'lgpl_3',
    ],
    ...['GNU Lesser General Public License (LGPL), Version 3', 'LGPL-2.1+', 'GNU LGPL v3'],
    ...['http://www.gnu.org/copyleft/lesser.html'],
    ...['License :: OSI Approved :: GNU Lesser General Public License v2 or later (LGPLv2+)'],
    ...['License :: OSI Approved :: GNU Library or Lesser General Public License (LGPL)'],
  ],
  'LGPL-2.1-only': ['The GNU Lesser General Public License, Version 2.1', 'lgpl_2_1', 'LGPL-2.1'],
  'GPL-2.0-only': [
    ...['GPL2 w/ CPE', 'CDDL + GPLv2 with classpath exception', 'CDDL/GPLv2+CE', 'Ruby or GPLv2'],
    ...['GNU General Public License, version 2, with the Classpath Exception'],
  ],
  'GPL-1.0-or-later': ['perl_5', 'perl', 'same terms as Perl itself', 'Same as Perl'],
  'GFDL-1.3-only': ['FDL', 'GNU Free Documentation License', 'GFDL 1.3'],
  'BUSL-1.1': [
    'BSL 1.1',
    'BSL',
    'BSL-1.1',
    'BUSL 1.1',
    'MariaDB BSL',
    'LicenseRef-scancode-bsl-1.1',
  ],
  'Elastic-2.0': ['ELv2', 'ELv2.0', 'EL 2.0', 'Elastic License v2', 'Elastic v2', 'elastic_2.0'],
  'SSPL-1.0': ['SSPL v1.0', 'Server Side Public License (SSPL)', 'MongoDB SSPL', 'S.S.P.L.'],
  'CC-BY-NC-4.0': [
    ...['CC BY-NC 4.0', 'CC BY NC', 'CC-BY-NC', 'cc_by_nc_4.0', 'Attribution-NonCommercial 4.0'],
    ...['Creative Commons Attribution-NonCommercial 4.0 International', 'Creative Commons'],
    ...['Creative Commons Non-Commercial', 'https://creativecommons.org/licenses/by-nc/4.0/'],
    ...[
      'http://creativecommons.org/licenses/by-nc/4.0/deed.en',
      'creativecommons.org/licenses/by-nc/4.0',
    ],
    ...['https://creativecommons.org/licenses/by-nc/4.0/legalcode.txt'],
  ],
  'PolyForm-Noncommercial-1.0.0': ['PolyForm Noncommercial 1.0', 'PolyForm-Noncommercial'],
  'CC0-1.0': ['CC0', 'CC0 1.0 Universal'],
  'ODbL-1.0': ['ODbL', 'Open Database License'],
  'FSL-1.1-MIT': ['FSL', 'FSL 1.1', 'Functional Source License, Version 1.1'],
  'MPL-2.0': ['MPL2', 'Mozilla 2.0', 'Mozilla Public License', 'MPL v2'],
  'Apache-2.0': [
    'ASL 2.0',
    'AL2',
    'Apache 2',
    'ASL, version 2',
    'ASF 2.0',
    'Apache Software License, Version 2.0',
  ],
  'BSD-3-Clause': ['BSD', 'New BSD License', '3-clause BSD', 'BSD 3'],
};

describe.each(Object.entries(DENIED))('a policy that denies %s', (id, spellings) => {
  it.each(spellings)('denies %j', (text) => {
    expect(licenceLists(undefined, [id])([text])).toBe('denied');
    expect(licenceLists(undefined, [id])(['MIT', `also found: ${text}`])).toBe('denied');
  });
});

describe('a name with words of expressions', () => {
  it.each([
    ['GPL VERSION 3 OR LATER', 'GPL-3.0-or-later'],
    ['GNU GENERAL PUBLIC LICENSE, VERSION 2 OR ANY LATER VERSION', 'GPL-3.0-only'],
    ['COMMON DEVELOPMENT AND DISTRIBUTION LICENSE (CDDL) Version 1.0', 'CDDL-1.0'],
    ['COMMON DEVELOPMENT AND DISTRIBUTION LICENSE', 'CDDL-1.1'],
    ['Our terms OR GPLv3', 'GPL-3.0-only'],
    ['gpl-3.0-ONLY or LicenseRef-Ours', 'GPL-3.0-only'],
  ])('%j is denied by %s', (text, id) => {
    expect(licenceLists(undefined, [id])([text])).toBe('denied');
  });

  it.each(['MIT OR GPLv3', 'mit Or GPL-3.0-only', '(MIT) OR (GPL-3.0-only AND Zork)'])(
    '%j has an alternative',
    (text) => expect(licenceLists(undefined, ['GPL-3.0-only'])([text])).toBe('allowed'),
  );
});

describe('another licence', () => {
  it.each([
    ['Lesser GPL 3', 'GPL-3.0-only'],
    ['GNU Lesser General Public License (LGPL), Version 3', 'GPL-3.0-only'],
    ['GNU Affero GPL v3', 'GPL-3.0-only'],
    ['LGPL-2.1+', 'GPL-3.0-only'],
    ['GPL-2', 'GPL-3.0-only'],
    ['GPL 2, 1991', 'GPL-1.0-only'],
    ['BSL 1.1', 'BSL-1.0'],
    ['Boost Software License 1.0', 'BUSL-1.1'],
    ['CC BY 4.0', 'CC-BY-NC-4.0'],
    ['Creative Commons Attribution 4.0', 'CC-BY-NC-4.0'],
    ['Creative Commons Zero', 'CC-BY-NC-4.0'],
    ['3-clause BSD', 'BSD-4-Clause'],
    ['is 2 of these', 'Elastic-2.0'],
    ['Perl Artistic License', 'GPL-1.0-or-later'],
    ['Eclipse Distribution License - v 1.0', 'EPL-1.0'],
    ['gplaces', 'GPL-3.0-only'],
  ])('%j does not mean %s', (text, id) => {
    expect(licenceLists(undefined, [id])([text])).not.toBe('denied');
  });
});

it('a spelling allows nothing, and is unknown where nothing denies it', () => {
  for (const text of Object.values(DENIED)
    .flat()
    .filter((one) => !/\band\b/i.test(one))) {
    expect(licenceLists(undefined, ['WTFPL'])([text]), text).not.toBe('denied');
    expect(licenceLists(['ISC'], ['WTFPL'])([text]), text).not.toBe('allowed');
  }
});

it.each(['GNU '.repeat(500), 'gnu lesser '.repeat(180), 'cc by '.repeat(330), 'a.'.repeat(1000)])(
  'a hostile text is read: %#',
  (text) => {
    expect(['denied', 'unknown']).toContain(licenceLists(undefined, ['GPL-*'])([text]));
  },
);
