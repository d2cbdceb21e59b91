import { PackageURL } from 'packageurl-js';
import { isStorable } from '../shared/text.js';

/** A parsed package URL (ECMA-427). */
export interface Purl {
  /** In canonical form. */
  readonly purl: string;
  /** The identity of the package: see `packageKey`. */
  readonly key: string;
  /** Namespace and name in the notation of the ecosystem. */
  readonly name: string;
  readonly version: string | undefined;
  readonly hasQualifiers: boolean;
}

/**
 * The identity of a package: its canonical package URL without version, qualifiers and subpath, in the one spelling of
 * names that its ecosystem treats as equal. The parser has already written the names of most types in lower case. The
 * text is cut instead of parsed, because there may be 200,000; in names, the separators are percent-encoded.
 *
 * - NuGet and Go: case does not matter. Maven: it does.
 * - PyPI (PEP 503): case, and runs of `-`, `_` and `.`, do not matter.
 * - A slash in a name, such as in `%40scope%2Fname`, separates the namespace.
 *
 * A migration computed the keys of waivers and artifacts from before in the same way.
 * @param purl in canonical form
 */
export function packageKey(purl: string): string {
  const end = purl.search(/[@?#]/);
  const cut = end < 0 ? purl : purl.slice(0, end);
  const key = cut.includes('%2') ? cut.replaceAll(/%2f/gi, '/') : cut;
  if (key.startsWith('pkg:golang/') || key.startsWith('pkg:nuget/')) return key.toLowerCase();
  return key.startsWith('pkg:pypi/') ? key.toLowerCase().replaceAll(/[-_.]+/g, '-') : key;
}

/** Ecosystems in whose names case makes no difference, although package URLs of them keep it. */
const ANY_CASE = /^pkg:(?:docker|swift|luarocks|vscode-extension|cargo)\//;

/** A key in the one spelling that bans are compared in. crates.io treats `-` and `_` alike. */
export function comparableKey(key: string): string {
  const plain = ANY_CASE.test(key) ? key.toLowerCase() : key;
  return plain.startsWith('pkg:cargo/') ? plain.replaceAll('_', '-') : plain;
}

/**
 * The keys by which a package may be banned. Tools write the major version of a Go module, and the folder of a module
 * in a repository, as a part of the name or as the subpath. A ban of a module bans its later major versions.
 * @param purl in canonical form
 */
export function comparableKeys(purl: string): string[] {
  const key = comparableKey(packageKey(purl));
  if (!key.startsWith('pkg:golang/')) return [key];
  const [, subpath = ''] = purl.split('#', 2);
  const keys = subpath === '' ? [key] : [key, `${key}/${subpath.toLowerCase()}`];
  return [...new Set(keys.flatMap((one) => [one, one.replace(/\/v\d{1,9}$/, '')]))];
}

/** The tag of an image in its package URL, as that encodes it. Empty without one. */
export const tagOf = ({ purl }: Pick<Purl, 'purl'>) => /[?&]tag=([^&#]*)/.exec(purl)?.[1] ?? '';

/** Longer package URLs are ignored, because the size of an index entry is limited. */
const MAX_LENGTH = 1000;

/** Separators of namespace and name, for ecosystems that do not use a slash. */
const SEPARATORS = new Map([['maven', ':']]);

/** Parsing is cached, because releases of a project have mostly the same packages. */
const CACHE_SIZE = 20_000;
const cache = new Map<string, Purl | undefined>();

/** @returns undefined for text that is not a package URL, which some tools write in this field */
export function readPurl(text: string | null | undefined): Purl | undefined {
  if (typeof text !== 'string') return undefined;
  const cached = cache.get(text);
  if (cached !== undefined || cache.has(text)) return cached;
  if (cache.size >= CACHE_SIZE) cache.clear();
  const purl = parse(text);
  if (text.length <= MAX_LENGTH) cache.set(text, purl);
  return purl;
}

/** Full-width letters and invisible characters make no other package. */
const plainName = (text: string) => text.normalize('NFKC').replaceAll(/\p{Cf}/gu, '');

/** An encoded version in the name (`name%401`), and folders (`./name`), would make it that of another package. */
function isMisread(namespace: string | null | undefined, name: string): boolean {
  const at = name.lastIndexOf('@');
  const parts = [...(namespace ?? '').split('/'), ...name.split('/')];
  return at > 0 || (at === 0 && Boolean(namespace)) || parts.some((one) => /^\.\.?$/.test(one));
}

/** A qualifier that is there twice: a reader would choose which of them is that of the package. */
function isAmbiguous(head: string): boolean {
  const names = (head.split('#', 1)[0]?.split('?', 2)[1] ?? '')
    .split('&')
    .flatMap((one) => (one === '' ? [] : (one.split('=', 1)[0] ?? '').toLowerCase()));
  return names.length > 1 && new Set(names).size < names.length;
}

function parse(written: string): Purl | undefined {
  const text = written.trim();
  if (!/^pkg:/i.test(text)) return undefined;
  // Qualifiers make package URLs long. Without them, the package is still identified.
  const [head = text] = text.length > MAX_LENGTH ? text.split(/[?#]/, 1) : [text];
  if (head.length > MAX_LENGTH) return undefined;
  // `name@1@2`: the first version would become a part of the name.
  if (/[^/]@[^/?#]*@/.test(head.split(/[?#]/, 1)[0] ?? '')) return undefined;
  if (isAmbiguous(head)) return undefined;
  try {
    const { type, namespace, name, version, qualifiers, subpath } = PackageURL.fromString(
      `pkg:${head.slice(4)}`,
    );
    if (type !== 'generic' && isMisread(namespace, name)) return undefined;
    const [space, plain] = [namespace && plainName(namespace), plainName(name)];
    const purl = new PackageURL(type, space, plain, version, qualifiers, subpath).toString();
    if (purl.length > MAX_LENGTH || !isStorable(`${namespace}${name}${version}`)) return undefined;
    return {
      purl,
      key: packageKey(purl),
      name: space ? `${space}${SEPARATORS.get(type) ?? '/'}${plain}` : plain,
      version: version || undefined,
      hasQualifiers: Object.keys(qualifiers ?? {}).length > 0,
    };
  } catch {
    return undefined;
  }
}

/**
 * Builds a package URL from the fields of a tool's report.
 * @param name with its namespace, in the notation of the ecosystem: `@scope/name`, `group:artifact`, `vendor/name`
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
