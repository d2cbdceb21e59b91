import canonicalize from 'canonicalize';

/** The CommonJS package exports a function, but its types declare it as `default`. */
const serialize = canonicalize as unknown as (value: unknown) => string | undefined;

/** Canonical JSON (RFC 8785): one text for each value. @throws {Error} for NaN and infinite numbers */
export function canonicalJson(value: object): string {
  return serialize(value) ?? 'null';
}
