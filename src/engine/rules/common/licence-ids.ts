import semver from 'semver';
import satisfies from 'spdx-satisfies';

/** One licence of SPDX: an id, perhaps `or later`, perhaps with an exception. */
export interface SpdxLicence {
  readonly text: string;
  /** Without `+`, `-or-later` and `-only`. */
  readonly id: string;
  readonly orLater: boolean;
  readonly exception: string;
}

/** Stricter than the library, which skips characters that it does not know. */
const LICENCE =
  /^((?:DocumentRef-[A-Za-z0-9.-]+:)?[A-Za-z0-9.-]+?)(-only|-or-later)?(\+?)(?: +WITH +([A-Za-z0-9.-]+))?$/;

/** @returns undefined for what is no licence that SPDX lists, and no `LicenseRef-…` */
export function readLicence(text: string): SpdxLicence | undefined {
  const parts = LICENCE.exec(text);
  if (!parts) return undefined;
  try {
    satisfies(text, []);
  } catch {
    return undefined;
  }
  const [, id = '', suffix, plus, exception = ''] = parts;
  // A licence with a name of its own, such as `LicenseRef-x-only`, means itself.
  if (id.includes('LicenseRef-')) return { text, id: text, orLater: false, exception: '' };
  return { text, id, orLater: suffix === '-or-later' || plus === '+', exception };
}

/** `GPL`, `CC-BY-NC`: what versions of one licence have in common. */
const family = (id: string) => id.replace(/-\d.*$/, '');

function isNoOlder(a: string, b: string): boolean {
  const [first, second] = [semver.coerce(a), semver.coerce(b)];
  return first !== null && second !== null && semver.gte(first, second);
}

/**
 * Is this licence meant by that entry of a list? Equal ids are; a range (`GPL-2.0-or-later`, `EPL-1.0+`) meets all of its
 * versions, on either side. An exception makes it another licence.
 *
 * The library is asked about ranges alone, and its answer is checked: it takes ids of eight letters, such as LGPL-2.0, for ranges.
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
