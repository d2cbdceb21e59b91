import { licencesNamedIn } from '../../../vocabulary/licence-list.js';
import { canonicalLicence, isLicenceId } from '../../../vocabulary/licence-names.js';
import { readLicence } from './licence-ids.js';
import { shown } from './text.js';

/** `AGPL-*`: every licence of the family, in each version, also with `-only` and `-or-later`. */
const FAMILY = /^([A-Za-z][A-Za-z0-9.-]*-)\*$/;

/** How ids of a family continue. One that SPDX lists is enough to know the family. */
const CONTINUATIONS = ['0', '1', '2', '3', '4', '5', '6', '9']
  .flatMap((major) => [
    major,
    ...['0', '1', '2', '3', '5', '8'].map((minor) => `${major}.${minor}`),
  ])
  .flatMap((version) => [version, `${version}-only`, `${version}-Clause`]);

const isFamily = (prefix: string) =>
  CONTINUATIONS.some((continuation) => isLicenceId(`${prefix}${continuation}`));

/** The beginning of the ids that a family stands for, in lower case. @returns undefined if the entry is not a family */
export const familyOf = (entry: string): string | undefined =>
  FAMILY.exec(entry.trim())?.[1]?.toLowerCase();

/** Full names of families, which say nothing of the version. */
const NAMES: readonly [RegExp, string][] = [
  [/\baffero\b/i, 'AGPL-*'],
  [/\b(?:lesser|library) general public\b/i, 'LGPL-*'],
  [/\bgeneral public\b/i, 'GPL-*'],
];

/** What a word that is not an id can mean: `AGPL`, `GPL3`, `GPLv3`, `Apache2`. */
function meantBy(word: string): string[] {
  if (isLicenceId(word)) return [word];
  const [, name = word, major, minor = '0'] = /^(.*?)-?v?(\d+)(?:\.(\d+))?\+?$/i.exec(word) ?? [];
  if (major === undefined) return isFamily(`${name}-`) ? [`${name}-*`] : [];
  const versions = [`${name}-${major}.${minor}`, `${name}-${major}`];
  const listed = versions.flatMap((id) => [`${id}-only`, `${id}-or-later`, id]).filter(isLicenceId);
  const [first = ''] = listed;
  return first.endsWith('-only') ? listed.slice(0, 2) : listed.slice(0, 1);
}

function suggestion(entry: string): string {
  const family = NAMES.find(([pattern]) => pattern.test(entry))?.[1];
  const named = family ? [family] : licencesNamedIn(entry).slice(0, 3);
  const meant =
    named.length > 0
      ? named
      : entry.split(/[\s,()]+/).flatMap((word) => (word ? meantBy(word) : []));
  return meant.length > 0 ? `. Did you mean ${meant.map(canonicalLicence).join(' or ')}?` : '';
}

/**
 * Why an entry cannot be used: SPDX does not know it, so it would match nothing, and a list that denies it would deny
 * nothing.
 * @returns undefined for an SPDX id in any case, a family, a `LicenseRef-…`, or a name of several words
 */
export function faultOfEntry(entry: string): string | undefined {
  const text = entry.trim();
  const prefix = familyOf(text);
  if (prefix !== undefined && isFamily(prefix)) return undefined;
  if (text.includes('*')) {
    return `${shown(text)} is not a family of SPDX licences, such as AGPL-*${suggestion(text.replaceAll('*', ''))}`;
  }
  if (/\s/.test(text) || readLicence(canonicalLicence(text))) return undefined;
  return `${shown(text)} is not an SPDX id. Use one, a family such as AGPL-*, or LicenseRef-…${suggestion(text)}`;
}

/** The same for an entry of `deny`, in which a name of several words may be one that SPDX has an id for. */
export function faultOfDenied(entry: string): string | undefined {
  const fault = faultOfEntry(entry);
  if (fault !== undefined || readLicence(canonicalLicence(entry.trim()))) return fault;
  const meant = familyOf(entry) === undefined ? suggestion(entry) : '';
  return meant === '' ? undefined : `${shown(entry)} is not an SPDX id${meant}`;
}
