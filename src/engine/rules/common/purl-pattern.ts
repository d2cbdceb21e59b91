import { readPurl } from '../../../vocabulary/purl.js';
import { RuleFault } from './fault.js';
import { shown } from './text.js';

/**
 * Which package a purl in canonical form is: without version, qualifiers and subpath. Cut, not parsed: there may be 200,000 of
 * them. In names these characters are encoded.
 */
export function keyOf(purl: string): string {
  const end = purl.search(/[@?#]/);
  const key = end < 0 ? purl : purl.slice(0, end);
  // As `readPurl` does it.
  return key.startsWith('pkg:golang/') ? key.toLowerCase() : key;
}

/** The version in a purl in canonical form. */
export function versionOf(purl: string): string | undefined {
  const version = /@([^?#]*)/.exec(purl)?.[1];
  if (!version) return undefined;
  try {
    return decodeURIComponent(version);
  } catch {
    return version;
  }
}

/** A pattern without `*`: one package. With: what it matches. */
export type PurlPattern = { readonly key: string } | { readonly matches: (key: string) => boolean };

/** The segment of a key behind its last slash. */
const lastOf = (key: string) => key.slice(key.lastIndexOf('/') + 1);

/**
 * `pkg:type/namespace/name`, in which `*` stands for the rest of the name, for a whole name, or for a whole namespace. A whole name matches in
 * all namespaces below, too: `pkg:npm/*` is all of npm. A whole namespace also matches none.
 * @throws {RuleFault} when it is no package URL
 */
export function readPattern(pattern: string): PurlPattern {
  // Some types are invalid without a version.
  const key = readPurl(`${pattern}@0`)?.key;
  const parts = key && /^(pkg:[^/]+\/)(?:(.*)\/)?([^/]+)$/.exec(key);
  if (!parts) throw new RuleFault(`${shown(pattern)} is no package URL`);
  const [, type = '', namespace = '', name = ''] = parts;
  if (!key.includes('*')) return { key };
  const inType = (other: string) => other.startsWith(type);
  const isPrefix = name.endsWith('*');
  const start = isPrefix ? name.slice(0, -1) : name;
  const matchesName = isPrefix
    ? (other: string) => lastOf(other).startsWith(start)
    : (other: string) => lastOf(other) === start;
  if (namespace === '*') return { matches: (other) => inType(other) && matchesName(other) };
  const below = namespace === '' ? type : `${type}${namespace}/`;
  if (name === '*') return { matches: (other) => other.startsWith(below) };
  return {
    matches: (other) =>
      other.startsWith(below) && !other.includes('/', below.length) && matchesName(other),
  };
}
