import semver from 'semver';
import deprecated from 'spdx-license-ids/deprecated.json' with { type: 'json' };
import ids from 'spdx-license-ids/index.json' with { type: 'json' };
import satisfies from 'spdx-satisfies';

/** `spdx-satisfies` searches a list of 700 ids for every word. Most words of a name are in no list. */
const LISTED = new Set([...ids, ...deprecated]);

/** One SPDX licence: an id, optionally `or later`, optionally with an exception. */
export interface SpdxLicence {
  readonly text: string;
  /** Without `+`, `-or-later` and `-only`. */
  readonly id: string;
  readonly orLater: boolean;
  readonly exception: string;
}

/** Stricter than `spdx-satisfies`, which skips unknown characters. */
const LICENCE =
  /^((?:DocumentRef-[A-Za-z0-9.-]+:)?[A-Za-z0-9.-]+?)(-only|-or-later)?(\+?)(?: +WITH +([A-Za-z0-9.-]+))?$/;

/** @returns undefined if the text is neither a licence that SPDX lists nor a `LicenseRef-…` */
export function readLicence(text: string): SpdxLicence | undefined {
  const parts = LICENCE.exec(text);
  if (!parts) return undefined;
  const [, id = '', suffix = '', plus = '', exception = ''] = parts;
  const isCustom = id.includes('LicenseRef-');
  if (!isCustom && !LISTED.has(`${id}${suffix}`)) return undefined;
  try {
    satisfies(text, []);
  } catch {
    return undefined;
  }
  // A suffix has no meaning in a custom id, such as `LicenseRef-x-only`.
  if (isCustom) return { text, id: text, orLater: false, exception: '' };
  return { text, id, orLater: suffix === '-or-later' || plus === '+', exception };
}

/** The id without its version: `GPL`, `CC-BY-NC`. */
const family = (id: string) => id.replace(/-\d.*$/, '');

function isNoOlder(a: string, b: string): boolean {
  const [first, second] = [semver.coerce(a), semver.coerce(b)];
  return first !== null && second !== null && semver.gte(first, second);
}

/**
 * Whether an entry of a list covers a licence. Equal ids match. A range (`GPL-2.0-or-later`, `EPL-1.0+`) on either side
 * matches all versions in it. A different exception is a different licence.
 *
 * The library decides only about ranges, and its answer is checked: it treats ids of eight letters, such as LGPL-2.0,
 * as ranges.
 */
export function isMeant(licence: SpdxLicence, entry: SpdxLicence): boolean {
  if (licence.exception !== entry.exception) return false;
  if (licence.id === entry.id) return true;
  if (!licence.orLater && !entry.orLater) return false;
  if (family(licence.id) !== family(entry.id)) return false;
  if (!satisfies(licence.text, [entry.text])) return false;
  if (licence.orLater && entry.orLater) return true;
  return licence.orLater ? isNoOlder(entry.id, licence.id) : isNoOlder(licence.id, entry.id);
}
