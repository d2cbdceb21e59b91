import { licenceHints } from '../../../vocabulary/licence-hints.js';
import { licencesNamedIn } from '../../../vocabulary/licence-list.js';
import { canonicalLicence, isLicenceId } from '../../../vocabulary/licence-names.js';

/** The line of a source file that names its licence (SPDX 2.3, annex E). */
const IDENTIFIER = /SPDX-License-Identifier:([^\n*]{1,500})/g;

/** Licences that a text names: prose, in which a word such as `ISC` may mean something else. */
function namedIn(text: string): string[] {
  const lines = [...text.matchAll(IDENTIFIER)].flatMap(
    ([, line = '']) => line.match(/[\w.+-]+/g) ?? [],
  );
  return [...licencesNamedIn(text), ...lines.filter(isLicenceId).map(canonicalLicence)];
}

/** SPDX ids that names, addresses and the text of a licence mention. */
export function mentionedIn(labels: readonly (string | undefined)[], text: string): string[] {
  const listed = labels.flatMap((label) => licenceHints(label ?? '')).filter(isLicenceId);
  return [...new Set([...listed, ...namedIn(text)])];
}

const plain = (id: string) => canonicalLicence(id).replace(/(?:-only|-or-later|\+)$/, '');

/**
 * The ids that a name, an address or a text mentions beside what is stated. Where it mentions what is stated, it
 * explains it: the text of one licence can mention others.
 */
export function mentionedBeside(
  stated: readonly string[],
  labels: readonly (string | undefined)[],
  text: string,
): string[] {
  const own = new Set(stated.map(plain));
  const parts = [...labels.map((label) => mentionedIn([label], '')), mentionedIn([], text)];
  return parts.filter((ids) => !ids.some((id) => own.has(plain(id)))).flat();
}

/** Ids of `LicenseRef-…` are compared without case: a document must not hide a text by the spelling of its id. */
const REFERENCE = /(?:DocumentRef-[\w.-]+:)?LicenseRef-[\w.-]+/gi;

/**
 * An expression with what the document says of its own licences (`LicenseRef-…`) in their place. Undefined if it says
 * nothing.
 * @param byId SPDX ids that are mentioned, by the id in lower case
 */
export function withMentions(
  expression: string,
  byId: ReadonlyMap<string, readonly string[]>,
): string | undefined {
  let isChanged = false;
  const text = expression.replace(REFERENCE, (id) => {
    const mentioned = byId.get(id.toLowerCase()) ?? [];
    if (mentioned.length === 0) return id;
    isChanged = true;
    return `(${mentioned.join(' AND ')})`;
  });
  return isChanged ? text : undefined;
}
