import {
  isRange,
  licencesLinkedIn,
  licencesNamedIn,
  plainVersion,
  versionsOf,
} from './licence-list.js';
import { canonicalLicence, isLicenceId } from './licence-names.js';

/** Longer texts are not searched for short forms. The rule calls them unknown. */
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

const SHORT = /^([a-z]{3,}?)[-_]?(?:v?(\d+(?:\.\d+)*))?\+?$/i;

/**
 * `SSPL`, `SSPLv1`, `AGPL3`, `GPL v3`: ids whose hyphen or version is missing. Without a version, only abbreviations
 * are read, because other words, such as `Python`, have meanings of their own.
 * @param next the word that follows
 */
function shortForm(word: string, next = ''): string[] {
  const [, name = '', attached] = SHORT.exec(word) ?? [];
  if (name === '' || isLicenceId(word)) return [];
  const version = attached ?? /^v?(\d+(?:\.\d+)*)\+?$/i.exec(next)?.[1];
  const isLater = `${word}${next}`.endsWith('+');
  const family = versionsOf(name);
  const same = family.filter(
    (one) => version && one.version === plainVersion(version) && (isLater || !isRange(one.id)),
  );
  const abbreviated = family.filter(({ id }) => /^[A-Z]+-/.test(id));
  return (same.length > 0 ? same : abbreviated).map(({ id }) => id);
}

const wordsOf = (text: string): string[] =>
  (text.match(/[A-Za-z0-9.+-]+/g) ?? []).map((word) =>
    word
      .replace(/^LicenseRef-(?:scancode-)?/i, '')
      .replace(/\.(?:html?|txt|md|php)$/i, '')
      .replace(/[.-]+$/, ''),
  );

/**
 * `GPL compatible`, `compatible with the GPL`: what another licence can be combined with. `GPL compatible with MIT` may
 * be the GPL.
 */
const COMPATIBLE = [
  /(?:gnu[ -]+)?(?<![\w.+-])[a-z][\w.+]{0,50}(?:-[\w.+]{1,50}){0,5}(?: v?\d[\d.]{0,10}\+?)?[ -]+compatible(?![\w-]| with)/gi,
  /(?<![\w-])compatible with (?:the )?(?:gnu )?[a-z][\w.+]{0,50}(?:-[\w.+]{1,50}){0,5}(?: v?\d[\d.]{0,10}\+?)?/gi,
];

/** A text without the licences that it only calls compatible. If nothing else is in it, they may be what it means. */
function withoutCompatible(text: string): string {
  const rest = COMPATIBLE.reduce((left, one) => left.replace(one, ' '), text);
  return /[a-z]/i.test(rest) ? rest : text;
}

/**
 * SPDX ids that a text may mean which is not an SPDX expression: `MIT/AGPL-3.0`, `GPLv3`, `SSPL`,
 * `GNU General Public License v3.0 only`, `Server Side Public License`, `https://www.gnu.org/licenses/agpl-3.0.html`,
 * `LicenseRef-AGPL-3.0`. A hint can deny a component, and never allows one. A name without a version can mean each.
 */
export function licenceHints(given: string): string[] {
  if (given.length > MAX_LENGTH) return [];
  const text = withoutCompatible(given);
  const words = wordsOf(text);
  const short = words.flatMap((word, i) => shortForm(word, words[i + 1]));
  return [
    ...new Set([
      ...[...words, ...gnuIn(text)].map(canonicalLicence),
      ...short,
      ...(/\baffero\b/i.test(text) ? versionsOf('AGPL').map(({ id }) => id) : []),
      ...licencesNamedIn(text),
      ...licencesLinkedIn(text),
    ]),
  ];
}
