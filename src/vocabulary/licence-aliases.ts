import { plainVersion, type Version, versionsOf } from './licence-list.js';

/** Short names that vendors and package managers use for families of SPDX, and which SPDX does not list. */
const SHORT_NAMES: Readonly<Record<string, readonly string[]>> = {
  al: ['Apache'],
  asf: ['Apache'],
  asl: ['Apache'],
  // SPDX gives this name to the Boost license, and vendors to the Business Source License.
  bsl: ['BUSL', 'BSL'],
  el: ['Elastic'],
  fdl: ['GFDL'],
  mozilla: ['MPL'],
  eclipse: ['EPL'],
};

/** A family by its name or a short one, in any case. */
export function familyNamed(name: string): readonly Version[] {
  const key = name.toLowerCase();
  const meant = Object.hasOwn(SHORT_NAMES, key) ? SHORT_NAMES[key] : undefined;
  return (meant ?? [name]).flatMap(versionsOf);
}

/** Words with other meanings, which name a licence only before a version: `EL 2.0`, `Mozilla 2.0`. */
export const needsVersion = (name: string) => /^(?:..|mozilla|eclipse|asf)$/i.test(name);

/** Whether a version of a family is one that a text names: `2` is `2.0`. */
export const isVersion = (one: Version, text: string) => one.version === plainVersion(text);

/** What package managers of Perl write: `perl_5`, "the same terms as Perl itself". */
const OF_PERL =
  /^(?:licenseref-)?perl(?:[ _-]?5)?(?: license)?$|(?<![a-z])(?:same (?:terms )?as|terms of) (?:the )?perl(?![a-z])/i;

/** The licences of Perl: https://dev.perl.org/licenses/. */
export const licencesOfPerl = (text: string): string[] =>
  OF_PERL.test(text.trim()) ? ['Artistic-1.0-Perl', 'GPL-1.0-or-later'] : [];

/** Conditions of Creative Commons, without which a name of them may mean each of their licences. */
const NON_COMMERCIAL = ['CC-BY-NC', 'CC-BY-NC-SA', 'CC-BY-NC-ND'];
const OTHERS = ['CC-BY', 'CC-BY-SA', 'CC-BY-ND', 'CC-SA', 'CC0'];

/** `Creative Commons`, without the name of one of its licences. */
export function creativeCommonsIn(text: string): string[] {
  if (
    !/creative ?commons(?!\.org)|^cc$/i.test(text) ||
    /attribution|(?<![a-z])by(?![a-z])|zero|cc0/i.test(text)
  )
    return [];
  const families = /non-? ?commercial/i.test(text)
    ? NON_COMMERCIAL
    : [...NON_COMMERCIAL, ...OTHERS];
  return families.flatMap(versionsOf).map(({ id }) => id);
}
