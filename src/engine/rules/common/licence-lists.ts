import { licenceHints } from '../../../vocabulary/licence-hints.js';
import { licenceWithName } from '../../../vocabulary/licence-list.js';
import {
  areOfSubject,
  canonicalLicence,
  foundLicence,
  plainText,
} from '../../../vocabulary/licence-names.js';
import { familyOf } from './licence-entries.js';
import { type Expression, readExpression } from './licence-expression.js';
import { isMeant, readLicence, type SpdxLicence } from './licence-ids.js';

/** From best to worst. OR takes the best of its parts, AND the worst. */
const STANDINGS = ['allowed', 'unknown', 'denied'] as const;

export type Standing = (typeof STANDINGS)[number];

const worse = (a: Standing, b: Standing) => (STANDINGS.indexOf(a) > STANDINGS.indexOf(b) ? a : b);
const better = (a: Standing, b: Standing) => (worse(a, b) === a ? b : a);

/** Names are compared without case and without surrounding white space. */
const asName = (text: string) => plainText(text).trim().toLowerCase();

/** A list of a policy: SPDX licences, and names as documents contain them. */
class Entries {
  readonly #names: ReadonlySet<string>;
  readonly #licences: readonly SpdxLicence[];
  readonly #families: readonly string[];

  constructor(texts: readonly string[]) {
    this.#names = new Set(texts.map(asName));
    this.#licences = texts.flatMap((text) => readLicence(canonicalLicence(text)) ?? []);
    this.#families = texts.flatMap((text) => familyOf(text) ?? []);
  }

  has(text: string): boolean {
    return this.#names.has(asName(text));
  }

  means(licence: SpdxLicence): boolean {
    if (this.#licences.some((entry) => isMeant(licence, entry))) return true;
    // A family stands for ids without an exception, as if it listed them.
    const id = licence.exception === '' ? licence.id.toLowerCase() : '';
    return this.#families.some((family) => id.startsWith(family));
  }
}

/** Whether SPDX lists all licences of an expression. */
const isListed = (expression: Expression): boolean =>
  'licence' in expression
    ? readLicence(expression.licence) !== undefined && !/LicenseRef-/i.test(expression.licence)
    : expression.parts.every(isListed);

/**
 * Judges licences by the lists of a policy. Results are cached, because thousands of components share a few licences.
 * @param allow if undefined, every known licence that is not denied is allowed
 */
export function licenceLists(allow: readonly string[] | undefined, deny: readonly string[] = []) {
  const allowed = allow && new Entries(allow);
  const denied = new Entries(deny);
  const known = new Map<string, Standing>();

  function isDenied(expression: Expression): boolean {
    if (!('licence' in expression)) {
      const { word, parts } = expression;
      return word === 'AND' ? parts.some(isDenied) : parts.every(isDenied);
    }
    const licence = readLicence(expression.licence);
    return denied.has(expression.licence) || (licence !== undefined && denied.means(licence));
  }

  /** A name or an address that mentions a denied licence is not only unknown. */
  const isHinted = (text: string) => licenceHints(text).some((id) => isDenied({ licence: id }));
  const unlessHinted = (text: string): Standing => (isHinted(text) ? 'denied' : 'unknown');

  function ofLicence(text: string): Standing {
    if (isDenied({ licence: text })) return 'denied';
    const licence = readLicence(text);
    if (allowed?.has(text) || (licence && allowed?.means(licence))) return 'allowed';
    if (!licence) return unlessHinted(text);
    if (allowed) return 'denied';
    // A custom id can stand for any licence.
    return /LicenseRef-/i.test(licence.id) ? unlessHinted(text) : 'allowed';
  }

  function ofExpression(expression: Expression): Standing {
    if ('licence' in expression) return remembered(expression.licence, ofLicence);
    const parts = expression.parts.map(ofExpression);
    return parts.reduce(expression.word === 'AND' ? worse : better);
  }

  function remembered(text: string, judge: (text: string) => Standing): Standing {
    const standing = known.get(text) ?? judge(text);
    known.set(text, standing);
    return standing;
  }

  /** A list can name the whole text. A denied part wins over an allowed whole. */
  function ofText(given: string): Standing {
    const found = foundLicence(given);
    // Only the author's word allows a component, or leaves its licence unknown.
    if (found !== undefined) return isFoundDenied(found) ? 'denied' : 'allowed';
    if (isNamed(given)) return 'denied';
    if (allowed?.has(given)) return 'allowed';
    const text = licenceWithName(given) ?? canonicalLicence(given);
    const expression = readExpression(text);
    if (allowed?.has(text)) return 'allowed';
    const standing = expression ? ofExpression(expression) : 'unknown';
    // Names have words of expressions, too: `GPL VERSION 3 OR LATER`.
    return standing === 'unknown' ? unlessHinted(text) : standing;
  }

  /** Whether the list of denied licences names it, and not only that of allowed ones does not. */
  function isNamed(given: string): boolean {
    const text = canonicalLicence(given);
    const expression = readExpression(text);
    return denied.has(text) || (expression !== undefined && isDenied(expression));
  }

  /** A name or an address that is no expression is compared by what it mentions. */
  function isFoundDenied(found: string): boolean {
    if (isNamed(found)) return true;
    const expression = readExpression(canonicalLicence(found));
    return expression === undefined || !isListed(expression) ? isHinted(found) : false;
  }

  /** All licences of a component must be met. A component without a stated licence is unknown. */
  return (licences: readonly string[]): Standing => {
    const isSubject = areOfSubject(licences);
    const standings = (isSubject ? licences.slice(1) : licences).map((text) =>
      remembered(text, (one) => ofText(plainText(one))),
    );
    const isStated = isSubject || licences.some((text) => foundLicence(text) === undefined);
    return standings.reduce(worse, isStated ? 'allowed' : 'unknown');
  };
}
