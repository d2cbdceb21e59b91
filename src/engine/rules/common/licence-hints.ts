import { canonicalLicence } from '../../../vocabulary/licence-names.js';

/** Longer texts are not searched. The rule calls them unknown. */
const MAX_LENGTH = 2000;

/** Licences of the GNU project, whose names and short forms (`GPLv3+`) are common. */
const GNU =
  /(?<kind>affero|lesser|library)?[ -]*general[ -]+public[ -]+licen[cs]e|(?<short>[al]?gpl)/i;
const FULL = new RegExp(
  `(?<![a-z])(?:gnu[ -]+)?(?:${GNU.source})[ ,-]*(?:version[ -]*|v\\.?[ -]*)?(?<version>\\d(?:\\.\\d)?)(?:\\.0)*(?<later>\\+|[ ,(-]*or[ -]+(?:any[ -]+)?later)?`,
  'gi',
);

const PREFIX: Readonly<Record<string, string>> = {
  affero: 'AGPL',
  lesser: 'LGPL',
  library: 'LGPL',
};

function gnuIn(text: string): string[] {
  return [...text.matchAll(FULL)].flatMap(({ groups = {} }) => {
    const { kind, short, version = '', later } = groups;
    const id = short?.toUpperCase() ?? PREFIX[kind?.toLowerCase() ?? ''] ?? 'GPL';
    const full = version.includes('.') ? version : `${version}.0`;
    return [`${id}-${full}-${later ? 'or-later' : 'only'}`];
  });
}

/**
 * SPDX ids that a text may mean which is not an SPDX expression: `MIT/AGPL-3.0`, `GPLv3`,
 * `GNU General Public License v3.0 only`, `https://www.gnu.org/licenses/agpl-3.0.html`, `LicenseRef-AGPL-3.0`. A hint
 * can deny a component, and never allows one.
 */
export function licenceHints(text: string): string[] {
  if (text.length > MAX_LENGTH) return [];
  const words = (text.match(/[A-Za-z0-9.+-]+/g) ?? []).map((word) =>
    word
      .replace(/^LicenseRef-(?:scancode-)?/i, '')
      .replace(/\.(?:html?|txt|md|php)$/i, '')
      .replace(/[.-]+$/, ''),
  );
  return [...new Set([...words, ...gnuIn(text)].map(canonicalLicence))];
}
