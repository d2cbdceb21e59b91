import { fixupSpdxId } from '@cyclonedx/cyclonedx-library/SPDX';

/** Stands for licences that are not stored. It is not a licence, and the licences of its component are unknown. */
export const NOT_STORED = 'licences that exceed the limits of the server';

/**
 * Begins a licence of which only a tool says that it applies, beside the one that the author states: it was found in a
 * file, or declared and not concluded. Lists of denied licences count it, and nothing else does.
 */
const FOUND = 'also found: ';

export const asFound = (licence: string): string => `${FOUND}${licence}`;

/** The licence that was found, or undefined for one that is stated. */
export const foundLicence = (text: string): string | undefined =>
  text.startsWith(FOUND) ? text.slice(FOUND.length) : undefined;

/**
 * The first licence of the subject of an SBOM, which is the release itself. Lists of denied licences count what is
 * beside it, and its own licence need not be known or allowed.
 */
export const OF_SUBJECT = 'licence of the subject';

/** Whether these are the licences of the subject of an SBOM. */
export const areOfSubject = (licences: readonly string[]): boolean => licences[0] === OF_SUBJECT;

/** A stated licence without what this server adds: a document must not choose how its licence is judged. */
export function asStated(text: string): string {
  let stated = text;
  // Characters that are not stored could hide the beginning.
  for (;;) {
    const plain = stated.replace(/\p{C}/gu, '').trimStart();
    if (plain.trimEnd().toLowerCase() === OF_SUBJECT) return 'NOASSERTION';
    if (!plain.toLowerCase().startsWith(FOUND.trim())) return stated;
    stated = plain.slice(FOUND.trim().length);
  }
}

/** A text as it is compared: full-width letters, other dashes and what cannot be seen hide no licence. */
export const plainText = (text: string): string =>
  text
    .normalize('NFKC')
    .replaceAll(/\p{Cf}/gu, '')
    .replaceAll(/\p{Pd}/gu, '-');

/** Longer texts are kept as they are. */
const MAX_LENGTH = 2000;

/** The id of a licence or exception as SPDX writes it. Ids are compared without case (SPDX 2.3, annex D.2). */
function knownId(text: string): string | undefined {
  // The library looks ids up in an object, which also has `constructor`.
  const id: unknown = fixupSpdxId(text);
  if (typeof id === 'string') return id;
  const base: unknown = text.endsWith('+') ? fixupSpdxId(text.slice(0, -1)) : undefined;
  return typeof base === 'string' ? `${base}+` : undefined;
}

const OPERATORS: ReadonlySet<string> = new Set(['AND', 'OR', 'WITH']);

function canonicalToken(token: string): string | undefined {
  if (token === '(' || token === ')') return token;
  if (/^(?:DocumentRef-[\w.-]+:)?LicenseRef-/.test(token)) return token;
  const operator = token.toUpperCase();
  return OPERATORS.has(operator) ? operator : knownId(token);
}

const isId = (token: string | undefined) =>
  token !== undefined && token !== '(' && token !== ')' && !OPERATORS.has(token);

/**
 * Writes SPDX ids as SPDX does, also within an expression: `mit or apache-2.0` becomes `MIT OR Apache-2.0`. A text that
 * has any other word is a name, and returned without surrounding white space.
 */
export function canonicalLicence(text: string): string {
  const trimmed = text.trim();
  const id = knownId(trimmed);
  if (id !== undefined || trimmed.length > MAX_LENGTH) return id ?? trimmed;
  const canonical: string[] = [];
  for (const token of trimmed.match(/[()]|[^\s()]+/g) ?? []) {
    const known = canonicalToken(token);
    // Two ids side by side are not an expression.
    if (known === undefined || (isId(known) && isId(canonical.at(-1)))) return trimmed;
    canonical.push(known);
  }
  return canonical.join(' ').replaceAll('( ', '(').replaceAll(' )', ')');
}

/** Whether the text is the id of a licence that SPDX lists, in any case. */
export const isLicenceId = (text: string): boolean => knownId(text.trim()) !== undefined;
