import { makePurl, readPurl } from '../../../vocabulary/purl.js';
import type { VulnerabilityIds } from '../../../vocabulary/vulnerability-ids.js';
import type { Finding, ParseContext } from '../../kind.js';
import { fieldOf, textField } from '../common/fields.js';
import {
  type codeFingerprints,
  secretFingerprint,
  vulnerabilityFingerprint,
} from '../common/fingerprint.js';
import { webLink } from '../common/links.js';
import { type SeverityTable, severityOf } from '../common/severities.js';
import { isContent, listOf } from './fields.js';
import type { Result } from './schema.js';

const SEVERITIES: SeverityTable = {
  critical: 'critical',
  high: 'high',
  error: 'high',
  medium: 'medium',
  moderate: 'medium',
  warning: 'medium',
  low: 'low',
  info: 'low',
  inventory: 'none',
  experiment: 'none',
};

/** Types of package URLs by Semgrep's ecosystems. */
const ECOSYSTEMS: ReadonlyMap<string, string> = new Map([
  ['npm', 'npm'],
  ['pypi', 'pypi'],
  ['gem', 'gem'],
  ['gomod', 'golang'],
  ['cargo', 'cargo'],
  ['maven', 'maven'],
  ['composer', 'composer'],
  ['nuget', 'nuget'],
  ['pub', 'pub'],
  ['hex', 'hex'],
]);

function commonOf({ check_id: rule, path, start, extra }: Result) {
  const line = start?.line;
  return {
    rule,
    location: path || undefined,
    line: line && line > 0 ? Math.trunc(line) : undefined,
    url: webLink(textField(extra?.metadata, 'source'), textField(extra?.metadata, 'shortlink')),
  };
}

export function codeFinding(
  result: Result,
  fingerprint: ReturnType<typeof codeFingerprints>,
): Finding {
  const { check_id: rule, path, extra } = result;
  const { message, lines, fingerprint: own } = extra ?? {};
  const identity = isContent(own) ? own : isContent(lines) ? lines : (message ?? '');
  return {
    type: 'code',
    severity: severityOf(SEVERITIES, extra?.severity),
    ...commonOf(result),
    message: message || undefined,
    fingerprint: fingerprint('Semgrep', rule, path ?? '', identity),
  };
}

/** Omits the message, which may have the secret. If the code is withheld, the line keeps secrets of a file apart. */
export function secretFinding(result: Result, { secretKey }: ParseContext): Finding {
  const { check_id: rule, path, start, extra } = result;
  const { lines, fingerprint: own, message } = extra ?? {};
  const identity = isContent(lines)
    ? lines
    : JSON.stringify([isContent(own) ? own : message, start?.line]);
  return {
    type: 'secret',
    severity: severityOf(SEVERITIES, extra?.severity),
    ...commonOf(result),
    fingerprint: secretFingerprint(rule, path ?? '', identity, secretKey),
  };
}

const ID = /^(?:CVE|GHSA)-/i;

/** The ids of a vulnerability of Supply Chain: the rule if that is an id, then those of the rule's metadata. */
export function idsOf({ check_id: rule, extra }: Result): string[] {
  const ids = ['sca-vuln-database-identifier', 'cve', 'ghsa']
    .flatMap((name) => listOf(fieldOf(extra?.metadata, name)).slice(0, 5))
    .filter((id) => typeof id === 'string' && ID.test(id)) as string[];
  return ids.length > 0 && !ID.test(rule) ? [...new Set(ids)] : [...new Set([rule, ...ids])];
}

/** `[{ minimist: '1.2.6' }]`: the versions that fix each package. */
function fixedVersion(metadata: unknown): string | undefined {
  const fixes = listOf(fieldOf(metadata, 'sca-fix-versions')).slice(0, 20);
  const versions = fixes.flatMap((fix) => Object.values(Object(fix)));
  return versions.filter((version) => typeof version === 'string').join(', ') || undefined;
}

export function vulnerabilityFinding(
  result: Result,
  canonical: (id: string) => VulnerabilityIds,
): Finding {
  const { check_id: rule, extra } = result;
  const match = fieldOf(extra?.sca_info, 'dependency_match');
  const found = fieldOf(match, 'found_dependency');
  const name = textField(found, 'package');
  const version = textField(found, 'version');
  const type = ECOSYSTEMS.get(textField(found, 'ecosystem') ?? '');
  const purl = type && name ? readPurl(makePurl(type, name, version))?.purl : undefined;
  const { id, aliases } = canonical(idsOf(result)[0] ?? rule);
  return {
    type: 'vulnerability',
    ...commonOf(result),
    severity: severityOf(SEVERITIES, textField(extra?.metadata, 'sca-severity') ?? extra?.severity),
    rule: id,
    aliases,
    message: extra?.message || undefined,
    purl,
    packageName: name,
    packageVersion: version,
    fixedVersion: fixedVersion(extra?.metadata),
    location:
      textField(match, 'lockfile') ?? textField(found, 'lockfile_path') ?? result.path ?? undefined,
    fingerprint: vulnerabilityFingerprint(id, purl, name ?? result.path ?? ''),
  };
}
