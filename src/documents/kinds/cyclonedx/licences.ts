import {
  asFound,
  asStated,
  canonicalLicence,
  isLicenceId,
} from '../../../vocabulary/licence-names.js';
import { mentionedBeside, mentionedIn, withMentions } from '../common/licence-mentions.js';
import { isObject, objectsOf, textOf } from '../common/texts.js';

/** SPDX's word for a licence that nobody states. No list of a policy allows it. */
const NOT_STATED = 'NOASSERTION';

/** What an entry states, and what else in it mentions a licence: its name, its address and its text. */
interface Entry {
  readonly stated: readonly string[];
  readonly mentioned: readonly string[];
}

/** An id and another name are both read if the name is the id of another licence. Tools add the full name to an id. */
function statedBy({ id, name, url }: Readonly<Record<string, unknown>>): string[] {
  const [own, other] = [textOf(id), textOf(name)];
  if (own === undefined) return [other ?? textOf(url) ?? NOT_STATED];
  const differs =
    other !== undefined && isLicenceId(other) && canonicalLicence(other) !== canonicalLicence(own);
  return differs ? [own, other] : [own];
}

/** An attached text, which can be in base64 (`attachment` of the specification). */
function contentOf(text: unknown): string {
  if (!isObject(text)) return textOf(text) ?? '';
  const content = textOf(text.content) ?? '';
  return textOf(text.encoding)?.toLowerCase() === 'base64'
    ? Buffer.from(content, 'base64').toString('utf8')
    : content;
}

function ofLicence(license: unknown): Entry {
  if (!isObject(license)) return { stated: [textOf(license) ?? NOT_STATED], mentioned: [] };
  const stated = statedBy(license);
  const labels = [textOf(license.name), textOf(license.url)].filter(
    (one) => !stated.includes(one ?? ''),
  );
  return { stated, mentioned: mentionedBeside(stated, labels, contentOf(license.text)) };
}

/** What the document tells of its own licences in an expression (`expressionDetails`, 1.7). */
function ofDetails(expression: string, details: unknown): string[] {
  const byId = new Map<string, string[]>();
  for (const { licenseIdentifier, url, text } of objectsOf(details)) {
    const id = textOf(licenseIdentifier)?.toLowerCase() ?? '';
    byId.set(id, [...(byId.get(id) ?? []), ...mentionedIn([textOf(url)], contentOf(text))]);
  }
  return [withMentions(expression, byId)].flatMap((text) => text ?? []);
}

/** The licences of one entry. An entry that names none is a licence that is not known, rather than none. */
function ofEntry(entry: unknown): Entry {
  if (!isObject(entry)) return { stated: [textOf(entry) ?? NOT_STATED], mentioned: [] };
  const { license, expression } = entry;
  const named = license === undefined ? undefined : ofLicence(license);
  const stated = [...[textOf(expression)].flatMap((text) => text ?? []), ...(named?.stated ?? [])];
  return {
    stated: stated.length > 0 ? stated : [NOT_STATED],
    mentioned: [
      ...(named?.mentioned ?? []),
      ...ofDetails(textOf(expression) ?? '', entry.expressionDetails),
    ],
  };
}

const canonical = (text: string) => canonicalLicence(asStated(text));

function ofList(licenses: unknown): Entry {
  if (licenses === undefined || licenses === null) return { stated: [], mentioned: [] };
  const entries: unknown[] = Array.isArray(licenses) ? licenses : [licenses];
  const read = entries.map(ofEntry);
  const unique = (texts: readonly string[]) => [...new Set(texts.map(canonical))].filter(Boolean);
  return {
    stated: unique(read.flatMap(({ stated }) => stated)),
    mentioned: unique(read.flatMap(({ mentioned }) => mentioned)),
  };
}

/**
 * The licences of a component, each once: all of them must be allowed. Those that a tool found in its files, or that an
 * address or a text mentions, must not be denied. If nobody states a licence, the found ones are among them, and the
 * licence stays unknown.
 */
export function licencesOf(licenses: unknown, evidence?: unknown): string[] {
  const { stated, mentioned } = ofList(licenses);
  const inFiles = ofList(Object(evidence).licenses);
  const found = inFiles.stated;
  if (stated.length > 0) {
    const others = [...found, ...inFiles.mentioned, ...mentioned];
    const beside = others.filter((one) => one !== NOT_STATED && !stated.includes(one));
    return [...stated, ...[...new Set(beside)].map(asFound)];
  }
  if (found.length === 0) return [];
  return [...new Set([...found, NOT_STATED]), ...inFiles.mentioned.map(asFound)];
}
