import { isObject, objectsOf } from '../common/texts.js';
import { baseOf } from './ecosystems.js';
import type { Package, Vulnerability } from './schema.js';

/** Maximum number of versions that a finding names. */
const MAX_VERSIONS = 20;

type Fields = Readonly<Record<string, unknown>>;

const same = (a: string, b: string) => {
  const plain = (text: string) => text.toLowerCase().replace(/[-_.]+/g, '-');
  return plain(a) === plain(b);
};

/** The entries about a package: those with its name, else all. Records of advisories have many packages. */
export function affectedOf({ affected }: Vulnerability, { package: own }: Package): Fields[] {
  const all = objectsOf(affected);
  const named = all.filter(({ package: other }) => {
    const { name, ecosystem }: Fields = isObject(other) ? other : {};
    if (typeof name !== 'string' || !same(name, own.name ?? '')) return false;
    return typeof ecosystem !== 'string' || baseOf(ecosystem) === baseOf(own.ecosystem);
  });
  // One record has an entry for each release of a distribution.
  const exact = named.filter(({ package: other }) => Object(other).ecosystem === own.ecosystem);
  if (exact.length > 0) return exact;
  return named.length > 0 ? named : all;
}

/**
 * The versions that fix a package. Commits count only for packages without a version. A record does not say that no fix
 * exists, so a package without one may have one.
 */
export function fixedIn(
  affected: readonly Fields[],
  { package: own }: Package,
): string | undefined {
  const versions = new Set<string>();
  for (const { ranges } of affected) {
    for (const { type, events } of objectsOf(ranges)) {
      if (type === 'GIT' && own.version) continue;
      for (const { fixed } of objectsOf(events)) {
        if (typeof fixed === 'string' && fixed && fixed !== '0') versions.add(fixed);
      }
    }
  }
  const listed = [...versions];
  const rest = listed.length > MAX_VERSIONS ? `, and ${listed.length - MAX_VERSIONS} more` : '';
  return listed.length === 0 ? undefined : listed.slice(0, MAX_VERSIONS).join(', ') + rest;
}
