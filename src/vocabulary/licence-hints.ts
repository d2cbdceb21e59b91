import {
  creativeCommonsIn,
  familyNamed,
  isVersion,
  licencesOfPerl,
  needsVersion,
} from './licence-aliases.js';
import { gnuLicencesIn } from './licence-gnu.js';
import { idsWrittenIn, isRange, licencesLinkedIn, licencesNamedIn } from './licence-list.js';
import { canonicalLicence, isLicenceId, plainText } from './licence-names.js';

/** Longer texts are not searched for short forms. The rule calls them unknown. */
const MAX_LENGTH = 2000;

/** A name, and a version that is attached to it. */
const SHORT = /^(cc0|[a-z]{2,}?)[-_]?(?:v?(\d+(?:\.\d+)*))?\+?$/i;

/** A version after a name: `v3`, `2.0+`, `3-Clause`. */
const NEXT = /^v?(\d+(?:\.\d+)*)\+?(?:$|-)/i;

/**
 * `SSPL`, `SSPLv1`, `ELv2`, `MPL 2`: ids whose hyphen or version is missing. Without a version, only abbreviations are
 * read, because other words, such as `Python`, have meanings of their own.
 * @param next the word that follows
 * @param before the word before, which can be `3-clause`
 */
function shortForm(word: string, next = '', before = ''): string[] {
  const [, name = '', attached] = SHORT.exec(word) ?? [];
  if (name === '' || isLicenceId(word)) return [];
  const version = attached ?? NEXT.exec(next)?.[1] ?? /^(\d)-clause$/i.exec(before)?.[1];
  const isLater = `${word}${next}`.endsWith('+');
  const family = familyNamed(name);
  const same = family.filter(
    (one) => version !== undefined && isVersion(one, version) && (isLater || !isRange(one.id)),
  );
  if (same.length > 0) return same.map(({ id }) => id);
  // Of names with a capital letter in the middle, the case says that they are abbreviations.
  return needsVersion(name)
    ? []
    : family.flatMap(({ id }) => (/^[A-Za-z]*[A-Z][A-Za-z]*[A-Z]/.test(id) ? id : []));
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

/** `G.P.L.`, `A.G.P.L` and `A G P L` are abbreviations, written in letters. */
const withoutDots = (text: string) =>
  text.replace(
    /(?<![a-z.])(?:(?:[a-z]\.){1,9}[a-z](?![a-z.])|(?:[a-z]\.){2,10}|(?:[a-z][ _-]){2,9}[a-z](?![a-z]))/gi,
    (letters) => `${letters.replaceAll(/[. _-]/g, '')} `,
  );

/**
 * SPDX ids that a text may mean which is not an SPDX expression: `MIT/AGPL-3.0`, `GPLv3`, `SSPL`, `CC BY-NC 4.0`,
 * `GNU General Public License v3.0 only`, `Server Side Public License`, `https://www.gnu.org/licenses/agpl-3.0.html`,
 * `LicenseRef-AGPL-3.0`. A hint can deny a component, and never allows one. A name without a version can mean each.
 */
export function licenceHints(given: string): string[] {
  if (given.length > MAX_LENGTH) return [];
  const text = withoutCompatible(withoutDots(plainText(given)));
  const { ids, rest } = gnuLicencesIn(text);
  const words = wordsOf(rest);
  const short = words
    .filter((word) => !/^(?:version|ver|v)$/i.test(word))
    .flatMap((word, i, all) => shortForm(word, all[i + 1], all[i - 1]));
  return [
    ...new Set([
      ...[...wordsOf(text), ...ids].map(canonicalLicence),
      ...short,
      ...licencesNamedIn(rest),
      ...idsWrittenIn(rest),
      ...licencesLinkedIn(text),
      ...licencesOfPerl(text),
      ...creativeCommonsIn(text),
    ]),
  ];
}
