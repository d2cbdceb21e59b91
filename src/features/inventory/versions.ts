import semver from 'semver';

/** Negative when the first is older, 0 when they differ in how they are written only. */
export type VersionOrder = (a: string, b: string) => number;

/** Ecosystems whose versions are SemVer 2.0.0, or ordered as if they were; Go puts a `v` in front. */
const SEMVER = /^pkg:(?:npm|golang|cargo|hex|pub|swift|nuget|composer|github)\//;

/** What comes before the version that it belongs to: 1.0-rc1 before 1.0. */
const BEFORE = /^(?:a|alpha|b|beta|c|cr|dev|ea|m|milestone|pre|preview|rc|snapshot)$/;

/** Numbers and words; what stands between them does not matter. A number with a colon is an epoch (deb, rpm). */
function partsOf(version: string): (number | string)[] {
  const [, epoch = '0', rest = ''] = /^(?:(\d{1,9}):)?(.*)$/s.exec(version) ?? [];
  const parts = rest.toLowerCase().match(/\d+|[a-z]+|~/g) ?? [];
  return [Number(epoch), ...parts.map((part) => (/^\d/.test(part) ? Number(part) : part))];
}

/** Where one version has a part and the other has none. */
function rankOf(part: number | string | undefined): number {
  if (part === undefined) return 1;
  if (part === '~' || (typeof part === 'string' && BEFORE.test(part))) return 0;
  return typeof part === 'string' ? 2 : 3;
}

/** Numbers by their value, words by the alphabet: the common case of deb, rpm, apk, Maven and PyPI. */
const compareNaturally: VersionOrder = (a, b) => {
  const [left, right] = [partsOf(a), partsOf(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const [x, y] = [left[i], right[i]];
    if (x === y) continue;
    const order = rankOf(x) - rankOf(y);
    if (order !== 0) return order;
    return (x ?? '') < (y ?? '') ? -1 : 1;
  }
  return 0;
};

const compareSemver: VersionOrder = (a, b) =>
  semver.valid(a, true) && semver.valid(b, true)
    ? semver.compareBuild(a, b, true)
    : compareNaturally(a, b);

/** How versions of a package are ordered. @param key its package URL without version */
export function versionOrder(key: string): VersionOrder {
  return SEMVER.test(key) ? compareSemver : compareNaturally;
}

/** The newest of several. */
export function newest(versions: readonly string[], compare: VersionOrder): string {
  return versions.reduce((best, version) => (compare(version, best) > 0 ? version : best));
}
