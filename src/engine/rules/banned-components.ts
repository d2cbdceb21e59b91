import { type Static, Type } from '@sinclair/typebox';
import semver from 'semver';
import { line } from '../../contract/schemas.js';
import { counted } from '../../shared/text.js';
import { areOfSubject } from '../../vocabulary/licence-names.js';
import { comparableKey, comparableKeys, makePurl, readPurl } from '../../vocabulary/purl.js';
import { namesNote, noArtifactsNote } from './common/cover-notes.js';
import { idsOf, missing, showing } from './common/evidence.js';
import { needed, RuleFault } from './common/fault.js';
import { FirstNamed } from './common/first-named.js';
import { type PurlPattern, readPattern, versionOf } from './common/purl-pattern.js';
import { scopeParameter } from './common/scope.js';
import { shown } from './common/text.js';
import type { ComponentInput, Outcome, Rule, RuleInput } from './rule.js';

/** Maximum number of components that a message names. */
const NAMED = 10;
const SEGMENT = '[^\\s*/?#@]+';
const PATTERN = `^pkg:[A-Za-z][A-Za-z0-9.+-]*/(?:\\*/|(?:@?${SEGMENT}/)*)(?:${SEGMENT}\\*?|\\*)$`;

const Banned = Type.Object(
  {
    purl: Type.String({
      maxLength: 300,
      pattern: PATTERN,
      'x-rule':
        'must be pkg:type/namespace/name without a version; * can end the name, or replace the whole name or namespace',
      description: [
        'A package URL without a version. `*` at the end of a name stands for any text.',
        '`*` as the name stands for all packages of the namespace and of the namespaces below it.',
        '`*` as the namespace stands for every namespace, or none',
      ].join(' '),
      examples: ['pkg:npm/event-stream', 'pkg:maven/org.apache.logging.log4j/*'],
    }),
    versions: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        pattern: '^[0-9A-Za-z.*<>=~^|+ -]+$',
        description: [
          "A range in npm's SemVer syntax, which includes pre-releases. If absent, all versions are banned.",
          'A version that cannot be compared counts as banned',
        ].join(' '),
        examples: ['<2.17.1', '>=4.0.0 <4.2.0 || 5.x'],
      }),
    ),
    reason: Type.Optional(line(500, 'Reason, shown in the denial')),
  },
  { additionalProperties: false },
);

const parameters = Type.Object(
  { components: Type.Array(Banned, { minItems: 1, maxItems: 100 }), scope: scopeParameter },
  { additionalProperties: false },
);

type Banned = Static<typeof Banned>;
type Parameters = Static<typeof parameters>;

interface Ban extends Omit<Banned, 'purl'> {
  /** The ecosystem, in lower case. */
  readonly type: string;
  /** Whether it stands for each package of an ecosystem, which a name alone does not tell. */
  readonly isWhole: boolean;
  readonly pattern: PurlPattern;
  readonly range: semver.Range | undefined;
}

/** @throws {RuleFault} if a package URL or a range is not valid */
function readBans({ components }: Parameters): Ban[] {
  return components.map((banned) => {
    const { purl, versions } = banned;
    const [, type = '', rest = ''] = /^pkg:([^/]+)\/(.*)$/.exec(purl) ?? [];
    const about = { type: type.toLowerCase(), isWhole: /^(?:\*\/)?\*$/.test(rest) };
    const pattern = readPattern(purl);
    if (versions === undefined) return { ...banned, ...about, pattern, range: undefined };
    try {
      // Not loose: loose parsing ignores the parts that it does not understand.
      return {
        ...banned,
        ...about,
        pattern,
        range: new semver.Range(versions, { includePrerelease: true }),
      };
    } catch {
      throw new RuleFault(`${shown(versions)} is not a SemVer range, such as <2.17.1`);
    }
  });
}

/** @returns why this version is banned, or undefined if it is not */
function whyBanned({ range, versions = '', reason }: Ban, version: string | undefined) {
  const because = reason === undefined ? '' : `: ${shown(reason, 500)}`;
  if (!range) return `all versions are banned${because}`;
  const parsed = version === undefined ? null : semver.parse(version, { loose: true });
  if (!parsed)
    return `versions ${versions} are banned, and its version cannot be compared${because}`;
  return range.test(parsed) ? `versions ${versions} are banned${because}` : undefined;
}

/** Finds the ban of a component. Bans without `*` are looked up by key, because there may be 200,000 components. */
function finder(bans: readonly Ban[]) {
  const exact = new Map<string, Ban[]>();
  const patterns: { readonly ban: Ban; readonly matches: (key: string) => boolean }[] = [];
  for (const ban of bans) {
    if ('matches' in ban.pattern) patterns.push({ ban, matches: ban.pattern.matches });
    else exact.set(ban.pattern.key, [...(exact.get(ban.pattern.key) ?? []), ban]);
  }
  return ({ purl, version }: ComponentInput & { readonly purl: string }): string | undefined => {
    const keys = comparableKeys(purl);
    const matching = patterns.filter(({ matches }) => keys.some(matches)).map(({ ban }) => ban);
    // The package URL and the version field of a component can differ. Neither may be banned.
    const versions = new Set([versionOf(purl) ?? version, version ?? versionOf(purl)]);
    for (const ban of [...keys.flatMap((key) => exact.get(key) ?? []), ...matching]) {
      for (const known of versions) {
        const why = whyBanned(ban, known ?? undefined);
        const name = versionOf(purl) === undefined && known ? `${purl} ${known}` : purl;
        if (why !== undefined) return `${shown(name)} (${why})`;
      }
    }
    return undefined;
  };
}

/** The last part of a name. Without its ecosystem, all separators in it are the same. */
const lastName = (text: string) =>
  text
    .split(/[/:]/)
    .at(-1)
    ?.toLowerCase()
    .replaceAll(/[-_.]+/g, '-');

/** The key that a component of this name has in an ecosystem. SBOMs write `group/name`. */
function keyOf(type: string, name: string): string {
  const written = type === 'maven' ? name.replace(/\/(?=[^/]*$)/, ':') : name;
  return comparableKey(readPurl(makePurl(type, written, '0'))?.key ?? '');
}

/** Finds the ban of a component whose package URL tells no ecosystem, or that has none, by its name alone. */
function byName(bans: readonly Ban[]) {
  const named = bans.map((ban) => ({
    ban,
    last: 'key' in ban.pattern ? lastName(ban.pattern.key) : undefined,
    matches: 'matches' in ban.pattern && !ban.isWhole ? ban.pattern.matches : undefined,
  }));
  const types = new Set(named.flatMap(({ ban, matches }) => (matches ? [ban.type] : [])));
  return ({ name, version }: ComponentInput): string | undefined => {
    const own = lastName(name);
    const keys = new Map([...types].map((type) => [type, keyOf(type, name)]));
    const found = named.find(
      ({ ban, last, matches }) =>
        (last === own || matches?.(keys.get(ban.type) ?? '')) &&
        whyBanned(ban, version ?? undefined) !== undefined,
    );
    return (
      found &&
      `${shown(name)} (has no package URL of an ecosystem, and its name is that of a banned component)`
    );
  };
}

/** A component that nothing tells from a banned one. The subject of an SBOM may be without a name. */
const isNameless = ({ name, purl }: ComponentInput) => purl === null && name.trim() === '';
const NAMELESS = 'a component without a name and without a package URL, which may be a banned one';

const hasPurl = (component: ComponentInput): component is ComponentInput & { purl: string } =>
  component.purl !== null;

/** `pkg:generic` tells the name of a package, and not where it is from. */
const isGeneric = ({ purl }: ComponentInput) => purl?.startsWith('pkg:generic/') === true;

function evaluate(parameters: Parameters, input: RuleInput): Outcome {
  const bans = readBans(parameters);
  const [find, findByName] = [finder(bans), byName(bans)];
  const unseen = missing(input, ['components'], parameters.scope);
  if (unseen) return { status: 'not-evidenced', message: unseen };
  const sboms = showing(input, 'components');
  const evidence = idsOf(sboms);
  const components = needed(input.components, 'the components');
  const found = new FirstNamed(NAMED);
  let without = 0;
  /** What is not counted. */
  let subjects = 0;
  for (const component of components) {
    input.checkTime();
    // Licences of scanners are not components of an SBOM.
    if (component.finding) {
      subjects += 1;
      continue;
    }
    const named = hasPurl(component);
    const isSubject = areOfSubject(component.licences);
    if (isSubject) subjects += 1;
    else if (!named) without += 1;
    const banned =
      (named ? find(component) : undefined) ??
      (!named || isGeneric(component) ? findByName(component) : undefined) ??
      (isNameless(component) && !isSubject ? NAMELESS : undefined);
    if (banned !== undefined) found.add(banned);
  }
  const note =
    without > 0
      ? `. ${counted(without, 'component')} without a package URL: compared by name only`
      : '';
  if (found.count === 0) {
    const all = counted(components.length - subjects, 'component');
    const message = [
      `${all}, 0 banned${note}`,
      parameters.scope === 'artifacts' ? noArtifactsNote(input.artifacts) : '',
      namesNote(sboms, input.artifacts),
    ].join('');
    return { status: 'pass', message, evidence };
  }
  return {
    status: 'fail',
    message: [
      `${counted(found.count, 'banned component')}, 0 allowed: ${found.text()}${note}`,
      'Update them and upload a new SBOM with the same label, or replace them and make a new release of the corrected commit',
    ].join('. '),
    evidence,
  };
}

/** Denies packages by name and version, such as compromised or abandoned ones. */
export const bannedComponents: Rule<Parameters> = {
  name: 'banned-components',
  summary: 'No component of the release is on the list of banned components',
  parameters,
  example: {
    components: [
      {
        purl: 'pkg:maven/org.apache.logging.log4j/log4j-core',
        versions: '<2.17.1',
        reason: 'Log4Shell',
      },
    ],
  },
  needs: () => ({ components: true }),
  evaluate,
};
