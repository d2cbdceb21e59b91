import { comparableKey, readPurl } from '../../../vocabulary/purl.js';
import { RuleFault } from './fault.js';
import { shown } from './text.js';

/** Returns the version of a canonical purl. */
export function versionOf(purl: string): string | undefined {
  const version = /@([^?#]*)/.exec(purl)?.[1];
  if (!version) return undefined;
  try {
    return decodeURIComponent(version);
  } catch {
    return version;
  }
}

/** `key` for a pattern without `*`, which is one package. `matches` for a pattern with `*`. */
export type PurlPattern = { readonly key: string } | { readonly matches: (key: string) => boolean };

/** The segment of a key after its last slash. */
const lastOf = (key: string) => key.slice(key.lastIndexOf('/') + 1);

/**
 * Parses `pkg:type/namespace/name`, in which `*` can end the name, or replace the whole name or namespace. `*` as the
 * name also matches in all namespaces below: `pkg:npm/*` is all of npm. `*` as the namespace also matches no namespace.
 * @throws {RuleFault} if the pattern is not a package URL
 */
export function readPattern(pattern: string): PurlPattern {
  // Some purl types require a version.
  const own = readPurl(`${pattern}@0`)?.key;
  const key = own && comparableKey(own);
  const parts = key && /^(pkg:[^/]+\/)(?:(.*)\/)?([^/]+)$/.exec(key);
  if (!parts)
    throw new RuleFault(`${shown(pattern)} is not a package URL, such as pkg:npm/event-stream`);
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
