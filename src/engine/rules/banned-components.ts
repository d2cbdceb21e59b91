import { type Static, Type } from '@sinclair/typebox';
import semver from 'semver';
import { line } from '../../contract/schemas.js';
import { idsOf, missing, showing } from './common/evidence.js';
import { needed, RuleFault } from './common/fault.js';
import { keyOf, type PurlPattern, readPattern, versionOf } from './common/purl-pattern.js';
import { byText, counted, firstOf, shown } from './common/text.js';
import type { ComponentInput, Outcome, Rule, RuleInput } from './rule.js';

/** Components that a message names. */
const NAMED = 10;
const SEGMENT = '[^\\s*/?#@]+';
const PATTERN = `^pkg:[A-Za-z][A-Za-z0-9.+-]*/(?:\\*/|(?:@?${SEGMENT}/)*)(?:${SEGMENT}\\*?|\\*)$`;

const Banned = Type.Object(
  {
    purl: Type.String({
      maxLength: 300,
      pattern: PATTERN,
      'x-rule':
        'must be pkg:type/namespace/name without a version; * may end the name, or be the whole name or namespace',
      description:
        'A package URL without version. `*` is the rest of the name, or a whole name (below that namespace, however deep) or namespace (or none)',
      examples: ['pkg:npm/event-stream', 'pkg:maven/org.apache.logging.log4j/*'],
    }),
    versions: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        pattern: '^[0-9A-Za-z.*<>=~^|+ -]+$',
        description:
          'A range of SemVer as npm writes it; pre-releases are in it, too. All versions, unless it is given. A version that cannot be compared is taken to be banned',
        examples: ['<2.17.1', '>=4.0.0 <4.2.0 || 5.x'],
      }),
    ),
    reason: Type.Optional(line(500, 'Why, for whoever reads the denial')),
  },
  { additionalProperties: false },
);

const parameters = Type.Object(
  { components: Type.Array(Banned, { minItems: 1, maxItems: 100 }) },
  { additionalProperties: false },
);

type Banned = Static<typeof Banned>;
type Parameters = Static<typeof parameters>;

interface Ban extends Omit<Banned, 'purl'> {
  readonly pattern: PurlPattern;
  readonly range: semver.Range | undefined;
}

/** @throws {RuleFault} for what is no package URL or no range: what it was meant to keep out nobody knows */
function readBans({ components }: Parameters): Ban[] {
  return components.map((banned) => {
    const { purl, versions } = banned;
    const pattern = readPattern(purl);
    if (versions === undefined) return { ...banned, pattern, range: undefined };
    try {
      // Not loosely: that would leave out what it does not understand.
      return {
        ...banned,
        pattern,
        range: new semver.Range(versions, { includePrerelease: true }),
      };
    } catch {
      throw new RuleFault(`${shown(versions)} is no range of versions that SemVer knows`);
    }
  });
}

/** Says why the ban is for this version; undefined: it is not. */
function whyBanned({ range, versions = '', reason }: Ban, version: string | undefined) {
  const because = reason === undefined ? '' : `: ${shown(reason, 500)}`;
  if (!range) return `banned in any version${because}`;
  const parsed = version === undefined ? null : semver.parse(version, { loose: true });
  if (!parsed) return `banned ${versions}, and its version cannot be compared with that${because}`;
  return range.test(parsed) ? `banned ${versions}${because}` : undefined;
}

/** Finds the bans of a component; those of one package are looked up, not tried one by one. */
function finder(bans: readonly Ban[]) {
  const exact = new Map<string, Ban[]>();
  const patterns: { readonly ban: Ban; readonly matches: (key: string) => boolean }[] = [];
  for (const ban of bans) {
    if ('matches' in ban.pattern) patterns.push({ ban, matches: ban.pattern.matches });
    else exact.set(ban.pattern.key, [...(exact.get(ban.pattern.key) ?? []), ban]);
  }
  return ({ purl, version }: ComponentInput & { readonly purl: string }): string | undefined => {
    const key = keyOf(purl);
    const meant = patterns.filter(({ matches }) => matches(key)).map(({ ban }) => ban);
    // A document may tell two versions of one component: neither may be banned.
    const versions = new Set([versionOf(purl) ?? version, version ?? versionOf(purl)]);
    for (const ban of [...(exact.get(key) ?? []), ...meant]) {
      for (const known of versions) {
        const why = whyBanned(ban, known ?? undefined);
        const name = versionOf(purl) === undefined && known ? `${purl} ${known}` : purl;
        if (why !== undefined) return `${shown(name)} (${why})`;
      }
    }
    return undefined;
  };
}

const lastName = (text: string) => text.split(/[/:]/).at(-1)?.toLowerCase();

/** Finds the bans that a component without a package URL that can be read may be meant by: all of this name. */
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
      `${shown(name)} (it has no package URL that can be read, and may be one that is banned)`
    );
  };
}

const hasPurl = (component: ComponentInput): component is ComponentInput & { purl: string } =>
  component.purl !== null;

function evaluate(parameters: Parameters, input: RuleInput): Outcome {
  const bans = readBans(parameters);
  const [find, findByName] = [finder(bans), byName(bans)];
  const unseen = missing(input, ['components']);
  if (unseen) return { status: 'not-evidenced', message: unseen };
  const evidence = idsOf(showing(input, 'components'));
  const components = needed(input.components, 'which components there are');
  const found: string[] = [];
  for (const component of components) {
    input.checkTime();
    const banned = hasPurl(component) ? find(component) : findByName(component);
    if (banned !== undefined) found.push(banned);
  }
  const without = components.filter((component) => !hasPurl(component)).length;
  const note =
    without > 0
      ? `. ${counted(without, 'component')} without a package URL can be compared by name alone`
      : '';
  if (found.length === 0) {
    const all = counted(components.length, 'component');
    return { status: 'pass', message: `${all}, none of them banned${note}`, evidence };
  }
  const names = firstOf(found.toSorted(byText), NAMED);
  return {
    status: 'fail',
    message: `${counted(found.length, 'banned component')}, 0 allowed: ${names}${note}. Update or replace them, then upload a new SBOM with the label of the one before`,
    evidence,
  };
}

/** Keeps packages out by name: what was taken over, what has a licence nobody reads, what was replaced long ago. */
export const bannedComponents: Rule<Parameters> = {
  name: 'banned-components',
  summary: 'None of the components is on the list of those that are banned',
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
