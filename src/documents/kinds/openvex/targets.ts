import { type Purl, readPurl, tagOf } from '../../../vocabulary/purl.js';
import { DocumentFault } from '../../fault.js';
import { isContradictory } from '../common/products.js';
import type { Component, Product, Statement } from './schema.js';

/** Whether a statement says that the vulnerability does not count. */
export const isAbsolving = ({ status }: Pick<Statement, 'status'>) =>
  status === 'not_affected' || status === 'fixed';

/** The subject of a claim. See `Claim`. */
export interface Target {
  readonly purl?: string;
  readonly products: readonly string[];
}

const DIGEST = /^(?:sha256:)?([0-9a-f]{64})$/i;

function digestOf(text: string | null | undefined): string | undefined {
  const hex = DIGEST.exec(text ?? '')?.[1];
  return hex && `sha256:${hex.toLowerCase()}`;
}

const present = <T>(values: readonly (T | null | undefined | '')[]): T[] =>
  [...new Set(values)].filter((value): value is T => Boolean(value));

export const asComponent = <C extends object>(value: C | string): C | Component =>
  typeof value === 'string' ? { '@id': value } : value;

function purlsOf(component: Component): Purl[] {
  return present([component.identifiers?.purl, component['@id']].map(readPurl));
}

const digestOfPurl = ({ version }: Purl) =>
  version?.startsWith('sha256:') ? digestOf(version) : undefined;

/** The purls and digests of a product. The version of an OCI purl is also a digest. */
export function namesOf(product: Component) {
  const purls = purlsOf(product);
  const hashes = product.hashes ?? {};
  const places = [
    ...['sha-256', 'sha256'].map((name) =>
      Object.hasOwn(hashes, name) ? digestOf(hashes[name]) : undefined,
    ),
    ...purls.map(digestOfPurl),
  ].map((digest) => present([digest]));
  return { purls, digests: present(places.flat()), places };
}

/** Whether a product or a subcomponent has names of different things. */
export function isUnclear(component: Component): boolean {
  const { purls, places } = namesOf(component);
  return isContradictory({ purls, digests: places });
}

const hasVersion = (purl: Purl) => purl.version !== undefined || tagOf(purl) !== '';

/** `fixed` without a version does not say which one has the fix. */
export const isUsable = (purl: Purl, { status }: Statement) =>
  status !== 'fixed' || hasVersion(purl);

/** Whether a product has a name that an artifact of a release can have. */
export function isComparable(given: Product | string): boolean {
  const { purls, digests } = namesOf(asComponent<Product>(given));
  return purls.length > 0 || digests.length > 0;
}

/** Another name of a product that has no purl. It is stored, and matches no artifact. */
function otherName({ '@id': id, identifiers }: Component): string | undefined {
  return id || identifiers?.cpe23 || identifiers?.cpe22 || undefined;
}

/**
 * The purls of subcomponents. Other ids cannot match a component, so they yield no claim, not one about the product.
 */
function partPurls(parts: readonly (Component | string)[], statement: Statement): string[] {
  const purls = parts.flatMap((part) => {
    const component = asComponent<Component>(part);
    if (isAbsolving(statement) && isUnclear(component)) return [];
    return purlsOf(component).filter((purl) => isUsable(purl, statement));
  });
  return present(purls.map(({ purl }) => purl));
}

/** @param parts purls of the subcomponents. If undefined, the claim is about the product */
function* productTargets(
  product: Component,
  parts: readonly string[] | undefined,
  statement: Statement,
  pointer: string,
): Generator<Target> {
  const { purls, digests } = namesOf(product);
  // If the claim is about a subcomponent, a digest is enough to identify the product.
  const needsOther = purls.length === 0 && (!parts || digests.length === 0);
  const other = needsOther ? otherName(product) : undefined;
  if (purls.length + digests.length === 0 && !other)
    throw new DocumentFault('must have an @id, an identifier or a SHA-256 hash', pointer);
  const absolves = isAbsolving(statement);
  if (absolves && isUnclear(product)) return;
  // Digests decide: a purl can be that of the next build.
  const named = purls.filter((purl) => !absolves || digests.length === 0 || digestOfPurl(purl));
  const names = (usable: readonly Purl[]) =>
    present([...usable.map(({ purl }) => purl), other, ...digests]);
  for (const purl of parts ?? []) yield { purl, products: names(named) };
  if (parts) return;
  // The product may be the release or one of its packages, so there is a claim for each.
  const packages = purls.filter((purl) => isUsable(purl, statement));
  for (const purl of present(packages.map(({ purl }) => purl))) yield { purl, products: [] };
  const products = names(named.filter((purl) => isUsable(purl, statement)));
  if (products.length > 0) yield { products };
}

/** @param pointer JSON pointer to the statement. @throws {DocumentFault} if a product cannot be identified */
export function* targetsOf(statement: Statement, pointer: string): Generator<Target> {
  const products = statement.products ?? [];
  // The standard allows a statement without products only inside another document that names them. One that excuses
  // nothing is about this release: it withdraws what an earlier statement excused.
  if (products.length === 0) {
    if (!isAbsolving(statement)) yield { products: [] };
    return;
  }
  const { subcomponents } = statement;
  // Read once, because there may be many products.
  const common =
    subcomponents && subcomponents.length > 0 ? partPurls(subcomponents, statement) : undefined;
  for (const [i, given] of products.entries()) {
    const product = asComponent<Product>(given);
    const own = 'subcomponents' in product ? product.subcomponents : undefined;
    const parts = own && own.length > 0 ? partPurls(own, statement) : common;
    yield* productTargets(product, parts, statement, `${pointer}/products/${i}`);
  }
}
