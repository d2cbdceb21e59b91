import { escapePointer } from '../../../shared/text.js';
import { makePurl, readPurl } from '../../../vocabulary/purl.js';
import { worse } from '../../../vocabulary/severity.js';
import { refuseTooMany } from '../../fault.js';
import type { Finding } from '../../kind.js';
import { vulnerabilityFingerprint } from '../common/fingerprint.js';
import { webLink } from '../common/links.js';
import { idOf, ratingOfAdvisory } from './advisories.js';
import type { Advisory, Vulnerability } from './schema.js';

/** Maximum number of places of a package in a message. */
const MAX_NODES = 10;

/** An advisory for a package. npm lists it once per affected range of versions. */
interface Affected {
  readonly id: string;
  /** The entry of the list with the worst severity. */
  advisory: Advisory;
  /** The entry of the list that it counts by: one that can be fixed, if there is one. */
  vulnerability: Vulnerability;
  readonly ranges: Set<string>;
}

/** Of an advisory that several entries name, such as those of an alias, the best fix counts, then the unknown. */
const fixRank = ({ fixAvailable }: Vulnerability) =>
  fixAvailable ? 2 : fixAvailable === false ? 0 : 1;

function isWorse(a: Advisory, b: Advisory): boolean {
  const [one, other] = [ratingOfAdvisory(a).severity, ratingOfAdvisory(b).severity];
  return one !== other && worse(one, other) === one;
}

function collect(vulnerabilities: Readonly<Record<string, Vulnerability>>): Affected[] {
  const found = new Map<string, Affected>();
  for (const [name, vulnerability] of Object.entries(vulnerabilities)) {
    for (const [i, advisory] of (vulnerability.via ?? []).entries()) {
      // A text names the dependency that has the advisory, and is listed there.
      if (typeof advisory === 'string') continue;
      const pointer = `/vulnerabilities/${escapePointer(name)}/via/${i}`;
      const id = idOf(advisory.url, advisory.source, pointer);
      const key = JSON.stringify([id, advisory.name]);
      const known = found.get(key);
      if (known) {
        known.ranges.add(advisory.range ?? '');
        if (isWorse(advisory, known.advisory)) known.advisory = advisory;
        if (fixRank(vulnerability) > fixRank(known.vulnerability))
          known.vulnerability = vulnerability;
      } else
        found.set(key, { id, advisory, vulnerability, ranges: new Set([advisory.range ?? '']) });
      refuseTooMany(found.size, 'findings', '/vulnerabilities');
    }
  }
  return [...found.values()];
}

/** Continues "fixed in". The package to update is often one that depends on the affected package. */
function fixedVersion({ fixAvailable }: Vulnerability): string | undefined {
  if (!fixAvailable) return undefined;
  if (fixAvailable === true) return 'a compatible version (npm audit fix)';
  return `${fixAvailable.name}@${fixAvailable.version}`;
}

function messageOf({ vulnerability, ranges }: Affected): string | undefined {
  const nodes = vulnerability.nodes ?? [];
  const range = [...ranges].filter(Boolean).join(' || ');
  const places = nodes.slice(0, MAX_NODES).join(', ');
  const rest = nodes.length > MAX_NODES ? ` and ${nodes.length - MAX_NODES} more` : '';
  const parts = [range && `Affected versions: ${range}`, places && `In ${places}${rest}`];
  return parts.filter(Boolean).join('. ') || undefined;
}

function findingOf(affected: Affected): Finding {
  const { id, advisory, vulnerability } = affected;
  const { name } = advisory;
  const { severity, rating } = ratingOfAdvisory(advisory);
  // npm reports version ranges, not the installed version.
  const purl = readPurl(makePurl('npm', name))?.purl;
  return {
    type: 'vulnerability',
    severity,
    rule: id,
    title: advisory.title || undefined,
    message: messageOf(affected),
    score: rating?.score,
    vector: rating?.vector,
    purl,
    packageName: name,
    fixedVersion: fixedVersion(vulnerability),
    unfixable: vulnerability.fixAvailable === false,
    location: vulnerability.nodes?.[0],
    url: webLink(advisory.url),
    fingerprint: vulnerabilityFingerprint(id, purl, name),
  };
}

/** One finding for each advisory of a package. */
export const findingsOf = (vulnerabilities: Readonly<Record<string, Vulnerability>>): Finding[] =>
  collect(vulnerabilities).map(findingOf);
