import type { Finding } from '../../kind.js';
import { textOf } from '../common/texts.js';
import type { Part } from './components.js';
import type { BomAffected, BomVulnerability } from './schema.js';

/** What is read of a recommendation, which may be a whole page. */
const MAX_TEXT = 5000;
const MAX_VERSIONS = 10;

/** "Upgrade log4j-core to version 2.15.0", "Update to 1.2 or later". */
const UPGRADE =
  /\b(?:upgrade|update|bump)\s+(?:(\S{1,300})\s+){0,4}?to\s+(?:(?:at\s+least|versions?|releases?)\s+){0,2}(v?\d[^\s,;)]{0,100}(?:,\s{0,3}v?\d[^\s,;)]{0,100}){0,9})/i;
/** "Fixed in 1.2", "fixed versions: 1.2". */
const FIXED =
  /\bfix(?:ed)?(?:\s+versions?)?(?:\s+in)?(?:\s+versions?)?\s*:?\s+(v?\d[^\s,;)]{0,100}(?:,\s{0,3}v?\d[^\s,;)]{0,100}){0,9})/i;

/** The last part of a name: tools leave out the group, or separate it differently. */
const shortName = (name: string) => name.toLowerCase().split(/[/:]/).at(-1) ?? '';

interface Advice {
  /** By short name of the package. */
  readonly named: ReadonlyMap<string, readonly string[]>;
  readonly general: readonly string[];
}

/** The versions that a recommendation names, by package if it names the package. */
function adviceOf(recommendation: unknown, packages: ReadonlySet<string>): Advice {
  const named = new Map<string, string[]>();
  const general: string[] = [];
  const text = (textOf(recommendation) ?? '').slice(0, MAX_TEXT);
  for (const clause of text.split(/;|\n|\.\s/)) {
    const [, name = '', to] = UPGRADE.exec(clause) ?? [];
    const version = (to ?? FIXED.exec(clause)?.[1])?.replace(/[.:]+$/, '');
    if (version === undefined) continue;
    const about = shortName(name);
    if (!packages.has(about)) general.push(version);
    else named.set(about, [...(named.get(about) ?? []), version]);
  }
  return { named, general };
}

/** Versions that the document says are unaffected, besides the component's own. */
function unaffected({ versions }: BomAffected, part: Part): string[] {
  const some = (versions ?? []).filter(
    ({ version, status }) => status === 'unaffected' && textOf(version) !== part.version,
  );
  return some.flatMap(({ version, range }) => textOf(version) ?? textOf(range) ?? []);
}

export type Fix = Pick<Finding, 'fixedVersion'>;

/**
 * Finds the fix of a vulnerability in one of its parts. Without one, it is unknown whether a fix exists: anyone can
 * write `will_not_fix` into an analysis. It says what the author of the product does, and not whether the package has
 * a fix.
 */
export function fixesOf(
  vulnerability: BomVulnerability,
  parts: readonly Part[],
): (part: Part, affected?: BomAffected) => Fix {
  const advice = adviceOf(
    vulnerability.recommendation,
    new Set(parts.map(({ name }) => shortName(name))),
  );
  return (part, affected) => {
    const listed = affected ? unaffected(affected, part) : [];
    const advised = advice.named.get(shortName(part.name)) ?? advice.general;
    const versions = [...new Set(listed.length > 0 ? listed : advised)].slice(0, MAX_VERSIONS);
    return versions.length > 0 ? { fixedVersion: versions.join(', ') } : {};
  };
}
