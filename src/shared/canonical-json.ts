import canonicalize from 'canonicalize';

/** The package is a function in CommonJS, and its types say that it has one as `default`. */
const serialize = canonicalize as unknown as (value: unknown) => string | undefined;

/** JSON as RFC 8785 wants it: one text for one value. @throws {Error} for numbers that JSON does not have */
export function canonicalJson(value: object): string {
  return serialize(value) ?? 'null';
}
