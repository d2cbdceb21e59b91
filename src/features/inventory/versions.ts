import semver from 'semver';

/** Numbers by their value, everything else by the alphabet: right for most schemes that are no SemVer. */
const natural = new Intl.Collator('en', { numeric: true });

/**
 * The order of two versions of one package: negative when the first is older, 0 when they are written differently only. SemVer 2.0.0 where both are (also with
 * a `v` in front, as Go writes them), else numbers by their value: of Debian's or Maven's own rules the common case.
 */
export function compareVersions(a: string, b: string): number {
  if (semver.valid(a, true) && semver.valid(b, true)) return semver.compareBuild(a, b, true);
  return natural.compare(a, b);
}

/** The newest of several. */
export function newest(versions: readonly string[]): string {
  return versions.reduce((best, version) => (compareVersions(version, best) > 0 ? version : best));
}
