import semver from 'semver';

/** Negative if `a` is older, 0 if the versions differ only in spelling. */
export type VersionOrder = (a: string, b: string) => number;

/** Ecosystems whose versions are ordered like SemVer 2.0.0. Go adds the prefix `v`. */
const SEMVER = /^pkg:(?:npm|golang|cargo|hex|pub|swift|nuget|composer|github)\//;

/** Words of pre-releases, which are older than the version itself: 1.0-rc1 before 1.0. */
const PRE_RELEASE = /^(?:a|alpha|b|beta|c|cr|dev|ea|m|milestone|pre|preview|rc|snapshot)$/;

/** Splits a version into numbers and words. A leading number with a colon is an epoch (deb, rpm). */
function partsOf(version: string): (number | string)[] {
  const [, epoch = '0', rest = ''] = /^(?:(\d{1,9}):)?(.*)$/s.exec(version) ?? [];
  const parts = rest.toLowerCase().match(/\d+|[a-z]+|~/g) ?? [];
  return [Number(epoch), ...parts.map((part) => (/^\d/.test(part) ? Number(part) : part))];
}

/** Orders different types of parts: pre-release, end of the version, word, number. */
function rankOf(part: number | string | undefined): number {
  if (part === undefined) return 1;
  if (part === '~' || (typeof part === 'string' && PRE_RELEASE.test(part))) return 0;
  return typeof part === 'string' ? 2 : 3;
}

/** Compares numbers by value and words alphabetically. Covers the common cases of deb, rpm, apk, Maven and PyPI. */
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

/** Returns the order of a package's versions. @param key package URL without version */
export function versionOrder(key: string): VersionOrder {
  return SEMVER.test(key) ? compareSemver : compareNaturally;
}

export function newest(versions: readonly string[], compare: VersionOrder): string {
  return versions.reduce((best, version) => (compare(version, best) > 0 ? version : best));
}
