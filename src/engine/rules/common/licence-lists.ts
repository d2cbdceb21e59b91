import { type Expression, readExpression } from './licence-expression.js';
import { isMeant, readLicence, type SpdxLicence } from './licence-ids.js';

/** The best first: of alternatives the best counts, of what has to be met together the worst. */
const STANDINGS = ['allowed', 'unknown', 'denied'] as const;

export type Standing = (typeof STANDINGS)[number];

const worse = (a: Standing, b: Standing) => (STANDINGS.indexOf(a) > STANDINGS.indexOf(b) ? a : b);
const better = (a: Standing, b: Standing) => (worse(a, b) === a ? b : a);

/** Names are compared without regard to case and white space around them. */
const asName = (text: string) => text.trim().toLowerCase();

/** A list of a policy: SPDX licences, and names as documents have them. */
class Entries {
  readonly #names: ReadonlySet<string>;
  readonly #licences: readonly SpdxLicence[];

  constructor(texts: readonly string[]) {
    this.#names = new Set(texts.map(asName));
    this.#licences = texts.flatMap((text) => readLicence(text.trim()) ?? []);
  }

  has(text: string): boolean {
    return this.#names.has(asName(text));
  }

  means(licence: SpdxLicence): boolean {
    return this.#licences.some((entry) => isMeant(licence, entry));
  }
}

/**
 * Judges licences by the lists of a policy. Answers are remembered: thousands of components have a handful of licences.
 * @param allow without it everything is allowed that is known and not denied
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

  function ofLicence(text: string): Standing {
    if (isDenied({ licence: text })) return 'denied';
    const licence = readLicence(text);
    if (allowed?.has(text) || (licence && allowed?.means(licence))) return 'allowed';
    if (!licence) return 'unknown';
    if (allowed) return 'denied';
    // A name of one's own may stand for anything.
    return /LicenseRef-/i.test(licence.id) ? 'unknown' : 'allowed';
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

  /** The whole text may be what a list names; `allow` does not make good what `deny` has in it. */
  function ofText(text: string): Standing {
    const expression = readExpression(text);
    if (denied.has(text) || (expression && isDenied(expression))) return 'denied';
    if (allowed?.has(text)) return 'allowed';
    return expression ? ofExpression(expression) : 'unknown';
  }

  /** Of a component's licences: all have to be met. None is unknown. */
  return (licences: readonly string[]): Standing =>
    licences.length === 0
      ? 'unknown'
      : licences.map((text) => remembered(text, ofText)).reduce(worse);
}
