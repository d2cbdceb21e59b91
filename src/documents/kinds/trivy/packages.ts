import { makePurl, readPurl } from '../../../vocabulary/purl.js';

/** Maps the type of a Trivy result to a purl type and, for distributions, its namespace. */
const PURL_TYPES = new Map<string, readonly [type: string, namespace?: string]>([
  ...types('npm', ['npm', 'yarn', 'pnpm', 'bun', 'node-pkg', 'javascript']),
  ...types('pypi', ['pip', 'pipenv', 'poetry', 'uv', 'pylock', 'python-pkg']),
  ...types('conda', ['conda-pkg', 'conda-environment']),
  ...types('maven', ['jar', 'pom', 'gradle', 'sbt']),
  ...types('golang', ['gobinary', 'gomod']),
  ...types('gem', ['bundler', 'gemspec']),
  ...types('cargo', ['cargo', 'rustbinary']),
  ...types('composer', ['composer', 'composer-vendor']),
  ...types('nuget', ['nuget', 'dotnet-core', 'packages-props']),
  ...types('swift', ['swift']),
  ...types('hex', ['hex']),
  ...types('pub', ['pub']),
  ...types('conan', ['conan']),
  ...systems('apk', ['alpine', 'wolfi', 'chainguard', 'minimos']),
  ...systems('deb', ['debian', 'ubuntu', 'echo']),
  ...systems('rpm', ['redhat', 'centos', 'centos-stream', 'rocky', 'alma', 'fedora', 'amazon']),
  ...systems('rpm', ['oracle', 'photon', 'azurelinux', 'cbl-mariner', 'sles', 'slem', 'coreos']),
  ...systems('rpm', ['opensuse', 'opensuse-leap', 'opensuse-tumbleweed']),
  // Names in older versions of Trivy.
  ['opensuse.leap', ['rpm', 'opensuse-leap']],
  ['opensuse.tumbleweed', ['rpm', 'opensuse-tumbleweed']],
  ['suse linux enterprise server', ['rpm', 'sles']],
]);

function types(purlType: string, names: string[]) {
  return names.map((name) => [name, [purlType]] as const);
}

function systems(purlType: string, names: string[]) {
  return names.map((name) => [name, [purlType, name]] as const);
}

/**
 * The canonical purl of a package: Trivy's own, or one built from type and name, for versions of Trivy that write none.
 * @param type the result's type: a package manager or a distribution
 * @returns undefined if the type has no purl type
 */
export function purlOf(
  type: string | null | undefined,
  name: string,
  version?: string | null,
  own?: string | null,
): string | undefined {
  const known = readPurl(own)?.purl;
  const [purlType, namespace] = PURL_TYPES.get(type?.toLowerCase() ?? '') ?? [];
  if (known || !purlType || !name) return known;
  const full = namespace ? `${namespace}/${name}` : name;
  // Like Trivy, and the purl specification: Go modules are in lower case.
  const written = purlType === 'golang' ? full.toLowerCase() : full;
  // Some purl types refuse versions of another form. Then the purl has no version.
  const made = makePurl(purlType, written, version ?? '') ?? makePurl(purlType, written);
  return readPurl(made)?.purl;
}
