import { makePurl, type Purl, readPurl } from '../../../vocabulary/purl.js';
import { fieldOf, textField } from '../common/fields.js';
import { listOf, tagsOf } from './properties.js';
import type { Result, Rule } from './schema.js';

/** A package, as far as a result tells. */
export interface Package {
  readonly purl?: string | undefined;
  readonly name?: string | undefined;
  readonly version?: string | undefined;
}

/** Maximum characters of a text that are searched, and packages of one result. */
const MAX_TEXT = 5000;
const MAX_PACKAGES = 100;

/** Lines such as `Fixed Version: 1.2.3` in the texts of Trivy and Grype, by their name in lower case. */
export function linesOf(...texts: readonly (string | undefined)[]): ReadonlyMap<string, string> {
  const lines = new Map<string, string>();
  for (const text of texts) {
    for (const line of (text ?? '').slice(0, MAX_TEXT).split('\n')) {
      const [, name = '', value = ''] = /^\s{0,3}([A-Za-z ]{3,20}):[ \t](.*)$/.exec(line) ?? [];
      const key = name.toLowerCase();
      if (key && !lines.has(key)) lines.set(key, value.trim());
    }
  }
  return lines;
}

/** Sentences that name a package and its version, by Grype, OSV-Scanner and Clair. */
const SENTENCES = [
  /vulnerability in [^\s:]{1,50} package: (\S{1,300}), version (\S{1,200}) was found/,
  /^Package '([^']{1,300})@([^'@]{1,200})' is vulnerable to/,
  /^\[([^\s\]]{1,300}) - ([^\s\]]{1,200}) - [A-Za-z]{3,20}\]/,
];

function inSentence(text: string): Package | undefined {
  for (const sentence of SENTENCES) {
    const [, name, version] = sentence.exec(text.slice(0, MAX_TEXT)) ?? [];
    if (name && version) return { name, version };
  }
  return undefined;
}

/** `lodash@4.17.15`, which Snyk writes as a place, and in the description of its rules after `(CVE-2020-8203) `. */
function withVersion(text: string | undefined): Package | undefined {
  const [, name, version] =
    /^(?:\([^()]{1,200}\) )?(@?[^\s@]{1,300})@(?!sha256:)([^\s@]{1,200})$/.exec(
      text?.slice(0, 1000) ?? '',
    ) ?? [];
  return name && version ? { name, version } : undefined;
}

function namesIn(location: unknown): string[] {
  const logical = listOf(fieldOf(location, 'logicalLocations'));
  return logical.slice(0, 20).flatMap((one) => textField(one, 'fullyQualifiedName') ?? []);
}

/** Every package URL that the tool writes about a result or its rule. */
function purlsOf(result: Result, rule: Rule | undefined): readonly Purl[] {
  const bags = [result.properties, rule?.properties];
  const own = bags.flatMap((bag) => [fieldOf(bag, 'purl'), ...listOf(fieldOf(bag, 'purls'))]);
  const named = listOf(result.locations).slice(0, 20).flatMap(namesIn);
  const purls = new Map<string, Purl>();
  for (const text of [...own, ...named].slice(0, MAX_PACKAGES)) {
    const purl = typeof text === 'string' ? readPurl(text) : undefined;
    if (purl && !purls.has(purl.purl)) purls.set(purl.purl, purl);
  }
  return [...purls.values()];
}

/** Types of package URLs by the file that lists the packages. */
const FILES: readonly [RegExp, string][] = [
  [/^(?:package(?:-lock)?\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml)$/, 'npm'],
  [/^go\.(?:mod|sum)$/, 'golang'],
  [/^(?:[\w-]{0,50}requirements[\w-]{0,50}\.txt|Pipfile(?:\.lock)?|pyproject\.toml)$/, 'pypi'],
  [/^(?:poetry|uv|pdm)\.lock$/, 'pypi'],
  [/^Cargo\.(?:lock|toml)$/, 'cargo'],
  [/^(?:pom\.xml|(?:build)?\.?gradle(?:\.kts|\.lockfile)?|.{1,200}\.[jwe]ar)$/, 'maven'],
  [/^Gemfile(?:\.lock)?$/, 'gem'],
  [/^composer\.(?:lock|json)$/, 'composer'],
  [/^(?:packages\.lock\.json|packages\.config|.{1,200}\.deps\.json|.{1,200}\.csproj)$/, 'nuget'],
];

/** Types of package URLs by the name of the package manager, which Snyk writes as a tag. */
const MANAGERS: ReadonlyMap<string, string> = new Map([
  ...['npm', 'yarn', 'pnpm'].map((name) => [name, 'npm'] as const),
  ...['pip', 'poetry', 'pipenv'].map((name) => [name, 'pypi'] as const),
  ...['maven', 'gradle', 'sbt'].map((name) => [name, 'maven'] as const),
  ...['gomodules', 'golangdep', 'govendor'].map((name) => [name, 'golang'] as const),
  ['rubygems', 'gem'],
  ['composer', 'composer'],
  ['nuget', 'nuget'],
  ['cargo', 'cargo'],
]);

function typeOf(rule: Rule | undefined, location: string | undefined): string | undefined {
  for (const tag of tagsOf(rule?.properties).slice(0, 50)) {
    const type = MANAGERS.get(tag);
    if (type) return type;
  }
  const file = location?.slice(location.lastIndexOf('/') + 1) ?? '';
  return FILES.find(([pattern]) => pattern.test(file.slice(0, 300)))?.[1];
}

function built({ name = '', version }: Package, type: string | undefined): string | undefined {
  // A Java package without its group could be any of several.
  if (!type || !name || (type === 'maven' && !name.includes(':'))) return undefined;
  return readPurl(makePurl(type, name, version))?.purl;
}

/** The purl in the version that the result names. A rule may be about several versions of the package. */
function inVersion({ purl, version }: Purl, named: Package | undefined): string {
  if (!named?.version || !version || named.version === version) return purl;
  const [key = purl] = purl.split(/[@?#]/, 1);
  return readPurl(`${key}@${encodeURIComponent(named.version)}`)?.purl ?? purl;
}

const isNamed = ({ name }: Purl, named: string) =>
  name === named || name.endsWith(`/${named}`) || name.endsWith(`:${named}`);

/**
 * The packages that a result is about: those whose package URLs the tool writes, else the one that its texts name, with
 * a package URL if the ecosystem is known.
 * @param text the message of the result
 * @param lines of the message and of the help of the rule
 */
export function packagesOf(
  result: Result,
  rule: Rule | undefined,
  location: string | undefined,
  text: string,
  lines: ReadonlyMap<string, string>,
): readonly Package[] {
  const name = lines.get('package') || lines.get('pkgname');
  const version = lines.get('installed version') || lines.get('version') || undefined;
  const named =
    inSentence(text) ??
    (name ? { name, version } : undefined) ??
    withVersion(listOf(result.locations).slice(0, 20).flatMap(namesIn)[0]) ??
    withVersion(textField(rule?.fullDescription, 'text'));
  const purls = purlsOf(result, rule);
  const own = purls.filter((purl) => named?.name && isNamed(purl, named.name));
  const chosen = own.length > 0 ? own.slice(0, 1) : purls;
  if (chosen.length > 0) {
    return chosen.map((purl) => ({
      purl: chosen === purls && purls.length > 1 ? purl.purl : inVersion(purl, named),
      name: purl.name,
      version: named?.version ?? purl.version,
    }));
  }
  return [{ ...named, purl: named && built(named, typeOf(rule, location)) }];
}
