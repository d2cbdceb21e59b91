import { makePurl, readPurl } from '../../../vocabulary/purl.js';
import type { Package } from './schema.js';

/** Types of package URLs for ecosystems of languages. */
const LANGUAGES: ReadonlyMap<string, string> = new Map([
  ['npm', 'npm'],
  ['PyPI', 'pypi'],
  ['Go', 'golang'],
  ['Maven', 'maven'],
  ['RubyGems', 'gem'],
  ['crates.io', 'cargo'],
  ['NuGet', 'nuget'],
  ['Packagist', 'composer'],
  ['Pub', 'pub'],
  ['Hex', 'hex'],
  ['ConanCenter', 'conan'],
  ['CRAN', 'cran'],
  ['Bioconductor', 'bioconductor'],
  ['Hackage', 'hackage'],
  ['Julia', 'julia'],
  ['opam', 'opam'],
  ['SwiftURL', 'swift'],
  ['GitHub Actions', 'github'],
  ['Bitnami', 'bitnami'],
  ['VSCode', 'vscode-extension'],
]);

/** Types and namespaces for distributions. Their packages have the name of the binary package in other tools. */
const DISTRIBUTIONS: ReadonlyMap<string, readonly [type: string, namespace: string]> = new Map([
  ['Alpine', ['apk', 'alpine']],
  ['Alpaquita', ['apk', 'alpaquita']],
  ['Chainguard', ['apk', 'chainguard']],
  ['MinimOS', ['apk', 'minimos']],
  ['Wolfi', ['apk', 'wolfi']],
  ['Debian', ['deb', 'debian']],
  ['Ubuntu', ['deb', 'ubuntu']],
  ['AlmaLinux', ['rpm', 'almalinux']],
  ['Azure Linux', ['rpm', 'azurelinux']],
  ['Mageia', ['rpm', 'mageia']],
  ['Photon OS', ['rpm', 'photon']],
  ['Red Hat', ['rpm', 'redhat']],
  ['Rocky Linux', ['rpm', 'rocky']],
  ['SUSE', ['rpm', 'suse']],
  ['openEuler', ['rpm', 'openeuler']],
  ['openSUSE', ['rpm', 'opensuse']],
]);

/** An ecosystem without its version: `Debian` of `Debian:12`. */
export const baseOf = (ecosystem: string | null | undefined): string =>
  ecosystem?.split(':', 1)[0] ?? '';

/** OSV writes versions of Go modules without the letter that belongs to them. */
function versionOf(type: string, name: string, version: string | undefined): string | undefined {
  if (type !== 'golang' || name === 'stdlib' || !version) return version;
  return /^\d/.test(version) ? `v${version}` : version;
}

function madePurl(type: string, name: string, version: string | undefined): string | undefined {
  const made = makePurl(type, name, version) ?? makePurl(type, name);
  return readPurl(made)?.purl;
}

/** How a package is called, and its package URL, if its ecosystem has a type of package URLs. */
export function identityOf({
  package: { name, os_package_name, version, ecosystem, commit },
}: Package) {
  const base = baseOf(ecosystem);
  const packageVersion = version || commit || undefined;
  const distribution = DISTRIBUTIONS.get(base);
  if (distribution) {
    const [type, namespace] = distribution;
    const packageName = os_package_name || name || undefined;
    const purl = packageName && madePurl(type, `${namespace}/${packageName}`, version || undefined);
    return { packageName, packageVersion, purl: purl || undefined };
  }
  const packageName = name || undefined;
  const type = LANGUAGES.get(base);
  if (!type || !packageName) return { packageName, packageVersion, purl: undefined };
  const plain = type === 'swift' ? packageName.replace(/^https?:\/\/|\.git$/g, '') : packageName;
  const purl = madePurl(type, plain, versionOf(type, plain, version || undefined));
  return { packageName, packageVersion, purl };
}

export type Identity = ReturnType<typeof identityOf>;
