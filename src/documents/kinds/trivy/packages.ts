import { makePurl, readPurl } from '../../../vocabulary/purl.js';

/** Type of a purl, with the namespace of those of a distribution, by the type of a Trivy result. */
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
  // As older versions call them.
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
 * A package's purl in canonical form: Trivy's own, or, from versions that write none, what it would be.
 * @param type of the result: a package manager or a distribution
 * @returns undefined for types that have none
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
  // Trivy writes modules in lower case, as the specification of purls has it.
  const written = purlType === 'golang' ? full.toLowerCase() : full;
  // Some types refuse versions that are not of their form.
  const made = makePurl(purlType, written, version ?? '') ?? makePurl(purlType, written);
  return readPurl(made)?.purl;
}
