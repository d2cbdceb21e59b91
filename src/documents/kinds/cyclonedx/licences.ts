import {
  asFound,
  asStated,
  canonicalLicence,
  isLicenceId,
} from '../../../vocabulary/licence-names.js';
import { isObject, textOf } from '../common/texts.js';

/** SPDX's word for a licence that nobody states. No list of a policy allows it. */
const NOT_STATED = 'NOASSERTION';

/** An id and another name are both read if the name is the id of another licence. Tools add the full name to an id. */
function namesOf({ id, name, url }: Readonly<Record<string, unknown>>): string[] {
  const [own, other] = [textOf(id), textOf(name)];
  if (own === undefined) return [other ?? textOf(url) ?? NOT_STATED];
  const differs =
    other !== undefined && isLicenceId(other) && canonicalLicence(other) !== canonicalLicence(own);
  return differs ? [own, other] : [own];
}

/** The licences of one entry. An entry that names none is a licence that is not known, rather than none. */
function ofEntry(entry: unknown): string[] {
  if (!isObject(entry)) return [textOf(entry) ?? NOT_STATED];
  const { license, expression } = entry;
  const named = isObject(license) ? namesOf(license) : [textOf(license)];
  const all = [textOf(expression), ...(license === undefined ? [] : named)];
  const known = all.filter((text) => text !== undefined);
  return known.length > 0 ? known : [NOT_STATED];
}

function ofList(licenses: unknown): string[] {
  if (licenses === undefined || licenses === null) return [];
  const entries: unknown[] = Array.isArray(licenses) ? licenses : [licenses];
  const licences = entries.flatMap(ofEntry).map((text) => canonicalLicence(asStated(text)));
  return [...new Set(licences)].filter(Boolean);
}

/**
 * The licences of a component, each once: all of them must be allowed, and those that a tool found in its files must
 * not be denied. If nobody states a licence, the found ones are among them, and the licence stays unknown.
 */
export function licencesOf(licenses: unknown, evidence?: unknown): string[] {
  const stated = ofList(licenses);
  const found = ofList(Object(evidence).licenses);
  if (stated.length > 0) {
    const others = found.filter((one) => one !== NOT_STATED && !stated.includes(one));
    return [...stated, ...others.map(asFound)];
  }
  return found.length > 0 ? [...new Set([...found, NOT_STATED])] : [];
}
