import { escapePointer } from '../../../shared/text.js';
import { makePurl, readPurl } from '../../../vocabulary/purl.js';
import { normalizeId } from '../../../vocabulary/vulnerability-ids.js';
import { DocumentFault } from '../../fault.js';
import { type DocumentParser, type Finding, MAX_ROWS } from '../../kind.js';
import { covered } from '../common/coverage.js';
import { severityFrom } from '../common/cvss.js';
import { vulnerabilityFingerprint } from '../common/fingerprint.js';
import { webLink } from '../common/links.js';
import { ratingFrom } from '../common/rating.js';
import { type SeverityTable, severityOf } from '../common/severities.js';
import { type Advisory, check, type Vulnerability } from './schema.js';

const SEVERITIES: SeverityTable = {
  critical: 'critical',
  high: 'high',
  moderate: 'medium',
  low: 'low',
  info: 'none',
};

/** Maximum number of places of a package in a message. */
const MAX_NODES = 10;

/** An advisory for a package. npm lists it once per affected range of versions. */
interface Affected {
  readonly id: string;
  readonly advisory: Advisory;
  readonly vulnerability: Vulnerability;
  readonly ranges: Set<string>;
}

/** The GitHub id from the advisory's URL. Registries other than npm's may use other ids. */
function idOf({ url, source }: Advisory, pointer: string): string {
  const ghsa = /\/(GHSA(?:-[0-9a-z]{4}){3})\/?$/i.exec(url ?? '')?.[1];
  if (ghsa) return normalizeId(ghsa);
  const id = source || source === 0 ? `npm-${source}` : url;
  if (!id) throw new DocumentFault('is required', `${pointer}/url`);
  return id;
}

function collect(vulnerabilities: Readonly<Record<string, Vulnerability>>): Affected[] {
  const found = new Map<string, Affected>();
  for (const [name, vulnerability] of Object.entries(vulnerabilities)) {
    for (const [i, advisory] of (vulnerability.via ?? []).entries()) {
      // A text names the dependency that has the advisory, and is listed there.
      if (typeof advisory === 'string') continue;
      const id = idOf(advisory, `/vulnerabilities/${escapePointer(name)}/via/${i}`);
      const key = JSON.stringify([id, advisory.name]);
      const known = found.get(key);
      if (known) known.ranges.add(advisory.range ?? '');
      else found.set(key, { id, advisory, vulnerability, ranges: new Set([advisory.range ?? '']) });
      if (found.size <= MAX_ROWS) continue;
      const pointer = '/vulnerabilities';
      throw new DocumentFault('has more than 200,000 findings', pointer, undefined, 'limit');
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
  const { name, cvss } = advisory;
  const rating = ratingFrom(cvss?.score, cvss?.vectorString);
  // npm reports version ranges, not the installed version.
  const purl = readPurl(makePurl('npm', name))?.purl;
  return {
    type: 'vulnerability',
    severity: severityFrom(severityOf(SEVERITIES, advisory.severity), rating?.score),
    rule: id,
    title: advisory.title || undefined,
    message: messageOf(affected),
    score: rating?.score,
    vector: rating?.vector,
    purl,
    packageName: name,
    fixedVersion: fixedVersion(vulnerability),
    location: vulnerability.nodes?.[0],
    url: webLink(advisory.url),
    fingerprint: vulnerabilityFingerprint(id, purl, name),
  };
}

export const parser: DocumentParser = {
  version: 1,

  recognizes(document) {
    return typeof Object(document).auditReportVersion === 'number';
  },

  parse(document) {
    const { vulnerabilities } = check(document);
    const findings = collect(vulnerabilities).map(findingOf);
    return { tool: 'npm audit', specVersion: '2', coverage: [covered('vulnerability')], findings };
  },
};
