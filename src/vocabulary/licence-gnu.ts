import { versionsOf } from './licence-list.js';

/**
 * The licences of the GNU project. Package managers, scanners and people write them in more ways than any other:
 * `GPLv3+`, `GPL (>= 2)`, `Lesser GPL 3`, `GNU Public License v3`, `LGPL-2.1+`, `GNU GENERAL PUBLIC LICENSE`.
 */

const GAP = '[ ,_-]{0,3}';
const KIND = '(?<kind>affero|lesser|library)';
const LICENCE = '(?:licen[cs]es?|licens)';

/** With the word `GNU`, a part of the name is enough. */
const NAME = [
  `(?:${KIND}${GAP})?(?:general${GAP}public|public${GAP}general)(?:${GAP}${LICENCE})?`,
  `(?:(?<of>affero|lesser|library)${GAP})?(?<short>[al]?gpl)`,
  `(?<=gnu${GAP})(?:${KIND.replace('kind', 'part')}${GAP})?public${GAP}${LICENCE}`,
  `(?<=gnu${GAP})(?<alone>affero|lesser|library)(?:${GAP}${LICENCE})?`,
  `(?<=gnu${GAP})(?<any>${LICENCE})`,
  '(?<page>affero|(?<=gnu\\.org/[a-z-]{1,20}/(?:[a-z-]{1,20}/)?)(?:lesser|library))',
].join('|');

/** What may stand between a name and its version: `(GPL)`, `, version`, ` v.`. */
const BETWEEN = `[ ,_-]{0,3}(?:\\([al]?gpl\\)[ ,_-]{0,3})?\\(?[ ]?(?<least>>=?)?[ ]?(?:version|ver|v)?[.: _-]{0,3}`;
const LATER =
  '[ ,(_-]{0,3}(?:or|and)[ -](?:any[ -])?(?:later|newer|greater|higher|above|up|upwards|successors?)|-plus(?![a-z])| plus(?![a-z])|[ (]{0,2}at your option';
const VERSION = `(?<version>\\d(?:[._-]\\d(?![\\d-]))?)(?!\\d)(?:\\.0){0,2}(?<later>\\+|${LATER})?`;
const GNU = new RegExp(
  `(?<![a-z])(?:the )?(?:gnu${GAP})?(?:${NAME})(?![a-z](?<!v))(?:${BETWEEN}${VERSION})?`,
  'gi',
);

const PREFIX: Readonly<Record<string, string>> = {
  affero: 'AGPL',
  lesser: 'LGPL',
  library: 'LGPL',
};

/** `3`, `3.0`, `2_1` as SPDX writes it. */
const full = (version: string) =>
  version.length > 1 ? version.replace(/[_-]/, '.') : `${version}.0`;

/** What `GNU` alone can mean. */
const ALL = ['GPL', 'LGPL', 'AGPL'].flatMap(versionsOf).map(({ id }) => id);

type Groups = Readonly<Record<string, string | undefined>>;

function idsOf({ kind, part, alone, of, page, any, short, ...rest }: Groups): string[] {
  const named = PREFIX[(kind ?? part ?? alone ?? of ?? page)?.toLowerCase() ?? ''];
  const name = named ?? short?.toUpperCase() ?? 'GPL';
  const { version, least, later } = rest;
  if (version === undefined && any !== undefined) return ALL;
  if (version === undefined) return versionsOf(name).map(({ id }) => id);
  return [`${name}-${full(version)}-${later || least ? 'or-later' : 'only'}`];
}

/**
 * SPDX ids that a text may mean with names of the GNU project, and the text without these names. A name without a
 * version can mean each.
 */
export function gnuLicencesIn(text: string): { readonly ids: string[]; readonly rest: string } {
  const ids: string[] = /^gnu$/i.test(text.trim()) ? [...ALL] : [];
  const rest = text.replace(GNU, (...found) => {
    ids.push(...idsOf(found.at(-1) as Groups));
    return ' ';
  });
  return { ids, rest };
}
