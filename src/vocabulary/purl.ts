import { PackageURL } from 'packageurl-js';
import { isStorable } from '../shared/text.js';

/** A package URL (ECMA-427), taken apart. */
export interface Purl {
  /** In canonical form. */
  readonly purl: string;
  /** The same without version, qualifiers and subpath: which package it is. */
  readonly key: string;
  /** Namespace and name, as the ecosystem writes them. */
  readonly name: string;
  readonly version: string | undefined;
  readonly hasQualifiers: boolean;
}

/** Longer ones are taken for none: an index entry has its limits. */
const MAX_LENGTH = 1000;

/** Ecosystems that put something else than a slash between the two. */
const SEPARATORS = new Map([['maven', ':']]);

/** Releases of one project have mostly the same packages, and each of them is read more than once. */
const CACHE_SIZE = 20_000;
const cache = new Map<string, Purl | undefined>();

/** @returns undefined for what is no package URL: tools write many a thing there */
export function readPurl(text: string | null | undefined): Purl | undefined {
  if (typeof text !== 'string') return undefined;
  const known = cache.get(text);
  if (known !== undefined || cache.has(text)) return known;
  if (cache.size >= CACHE_SIZE) cache.clear();
  const purl = parse(text);
  if (text.length <= MAX_LENGTH) cache.set(text, purl);
  return purl;
}

function parse(text: string): Purl | undefined {
  if (!/^pkg:/i.test(text)) return undefined;
  // What makes them long is qualifiers, and which package it is has to be known all the same.
  const [head = text] = text.length > MAX_LENGTH ? text.split(/[?#]/, 1) : [text];
  if (head.length > MAX_LENGTH) return undefined;
  try {
    const { type, namespace, name, version, qualifiers, subpath } = PackageURL.fromString(
      `pkg:${head.slice(4)}`,
    );
    const purl = new PackageURL(type, namespace, name, version, qualifiers, subpath).toString();
    // Cut, not built: some types are invalid without a version. In names these characters are encoded.
    const [key = purl] = purl.split(/[@?#]/, 1);
    if (purl.length > MAX_LENGTH || !isStorable(`${namespace}${name}${version}`)) return undefined;
    return {
      purl,
      // Names of Go's modules are the same in any case (purl-spec, type golang); tools write them in either.
      key: type === 'golang' ? key.toLowerCase() : key,
      name: namespace ? `${namespace}${SEPARATORS.get(type) ?? '/'}${name}` : name,
      version: version || undefined,
      hasQualifiers: Object.keys(qualifiers ?? {}).length > 0,
    };
  } catch {
    return undefined;
  }
}

/**
 * A package URL from what a tool tells of a package.
 * @param name with its namespace, as `ecosystem` writes it: `@scope/name`, `group:artifact`, `vendor/name`
 */
export function makePurl(type: string, name: string, version?: string): string | undefined {
  const cut = type === 'maven' ? name.lastIndexOf(':') : name.lastIndexOf('/');
  try {
    const namespace = cut > 0 ? name.slice(0, cut) : undefined;
    return new PackageURL(
      type,
      namespace,
      name.slice(cut + 1),
      version || undefined,
      undefined,
      undefined,
    ).toString();
  } catch {
    return undefined;
  }
}
