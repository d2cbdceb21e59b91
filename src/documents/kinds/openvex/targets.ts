import { readPurl } from '../../../vocabulary/purl.js';
import { DocumentFault } from '../../fault.js';
import type { Component, Product, Statement } from './schema.js';

/** What a claim is about; see `Claim`. */
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

const asComponent = <C extends object>(value: C | string): C | Component =>
  typeof value === 'string' ? { '@id': value } : value;

function purlsOf(component: Component) {
  return [component.identifiers?.purl, component['@id']].map(readPurl);
}

/** Everything by which a product can be found again: its purls, and its digests, which an OCI purl has as its version. */
function namesOf(product: Component) {
  const purls = purlsOf(product);
  const hashes = product.hashes ?? {};
  const digests = ['sha-256', 'sha256'].map((name) =>
    Object.hasOwn(hashes, name) ? digestOf(hashes[name]) : undefined,
  );
  const versions = purls.map((purl) =>
    purl?.version?.startsWith('sha256:') ? digestOf(purl.version) : undefined,
  );
  return {
    purls: present(purls.map((purl) => purl?.purl)),
    digests: present([...digests, ...versions]),
  };
}

/** Any other name of the product, for one that has no purl. */
function otherName({ '@id': id, identifiers }: Component): string | undefined {
  return id || identifiers?.cpe23 || identifiers?.cpe22 || undefined;
}

/** Purls of the parts that a claim is about. What is no purl cannot be found in a release: no claim, none of the whole product. */
function partPurls(parts: readonly (Component | string)[]): string[] {
  const purls = parts.flatMap((part) => purlsOf(asComponent(part)));
  return present(purls.map((purl) => purl?.purl));
}

/** @param parts undefined: the whole product */
function* productTargets(
  product: Component,
  parts: readonly string[] | undefined,
  pointer: string,
): Generator<Target> {
  const { purls, digests } = namesOf(product);
  // A product with a digest is known well enough by it when the claim is about a part.
  const needsOther = purls.length === 0 && (!parts || digests.length === 0);
  const products = present([...purls, needsOther ? otherName(product) : undefined, ...digests]);
  if (products.length === 0)
    throw new DocumentFault('must have an @id, an identifier or a SHA-256 hash', pointer);
  for (const purl of parts ?? []) yield { purl, products };
  if (parts) return;
  // The product may be the release, or a package of it.
  for (const purl of purls) yield { purl, products: [] };
  yield { products };
}

/** @param pointer of the statement. @throws {DocumentFault} for a product that has no name */
export function* targetsOf(statement: Statement, pointer: string): Generator<Target> {
  const products = statement.products ?? [];
  // The standard allows none where VEX is a part of another document that names them.
  if (products.length === 0) throw new DocumentFault('is required', `${pointer}/products`);
  const { subcomponents } = statement;
  // Read once: there may be as many products.
  const common = subcomponents && subcomponents.length > 0 ? partPurls(subcomponents) : undefined;
  for (const [i, given] of products.entries()) {
    const product = asComponent<Product>(given);
    const own = 'subcomponents' in product ? product.subcomponents : undefined;
    const parts = own && own.length > 0 ? partPurls(own) : common;
    yield* productTargets(product, parts, `${pointer}/products/${i}`);
  }
}
