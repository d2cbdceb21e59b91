import { type Static, Type } from '@sinclair/typebox';
import semver from 'semver';
import { line } from '../../contract/schemas.js';
import { counted } from '../../shared/text.js';
import { packageKey } from '../../vocabulary/purl.js';
import { namesNote, noArtifactsNote } from './common/covers.js';
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
  readonly pattern: PurlPattern;
  readonly range: semver.Range | undefined;
}

/** @throws {RuleFault} if a package URL or a range is not valid */
function readBans({ components }: Parameters): Ban[] {
  return components.map((banned) => {
    const { purl, versions } = banned;
    const pattern = readPattern(purl);
    if (versions === undefined) return { ...banned, pattern, range: undefined };
    try {
      // Not loose: loose parsing ignores the parts that it does not understand.
      return {
        ...banned,
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
    const key = packageKey(purl);
    const matching = patterns.filter(({ matches }) => matches(key)).map(({ ban }) => ban);
    // The package URL and the version field of a component can differ. Neither may be banned.
    const versions = new Set([versionOf(purl) ?? version, version ?? versionOf(purl)]);
    for (const ban of [...(exact.get(key) ?? []), ...matching]) {
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

/** Finds the ban of a component without a readable package URL, by its name alone. */
function byName(bans: readonly Ban[]) {
  return ({ name, version }: ComponentInput): string | undefined => {
    const ban = bans.find(
      (one) =>
        'key' in one.pattern &&
        lastName(one.pattern.key) === lastName(name) &&
        whyBanned(one, version ?? undefined) !== undefined,
    );
    return (
      ban &&
      `${shown(name)} (has no readable package URL, and its name is that of a banned component)`
    );
  };
}

const hasPurl = (component: ComponentInput): component is ComponentInput & { purl: string } =>
  component.purl !== null;

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
  for (const component of components) {
    input.checkTime();
    const named = hasPurl(component);
    if (!named) without += 1;
    const banned = named ? find(component) : findByName(component);
    if (banned !== undefined) found.add(banned);
  }
  const note =
    without > 0
      ? `. ${counted(without, 'component')} without a package URL: compared by name only`
      : '';
  if (found.count === 0) {
    const all = counted(components.length, 'component');
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
