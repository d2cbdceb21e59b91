import type { Severity } from '../../../vocabulary/severity.js';
import type { Finding, ParseContext } from '../../kind.js';
import {
  type codeFingerprints,
  licenceFingerprint,
  secretFingerprint,
} from '../common/fingerprint.js';
import { webLink } from '../common/links.js';
import { fingerprintsOf, snippetOf } from './identity.js';
import { messageOf } from './messages.js';
import { securitySeverity } from './properties.js';
import type { RuleOfResult } from './rules.js';
import type { Result, Run } from './schema.js';

/**
 * Why a result that says that it passed is a finding: it contradicts itself, and the worse counts. What passed has no
 * level (3.27.10), and no severity of its own. The rule has one also for what passed.
 */
export function contradictionOf({ kind, level, properties }: Result): string | undefined {
  if (kind !== 'pass' && kind !== 'notApplicable') return undefined;
  if (level && level !== 'none') return `has the kind ${kind} and the level ${level.slice(0, 20)}`;
  const rating = securitySeverity(properties);
  return rating && (rating.odd || rating.severity !== 'none')
    ? `has the kind ${kind} and a security-severity`
    : undefined;
}

/** Whether a result is a finding: it neither passed nor disappeared since the last analysis (3.27.9, 3.27.24). */
export function isFinding(result: Result): boolean {
  const { kind, baselineState } = result;
  if (baselineState === 'absent') return false;
  return (kind !== 'pass' && kind !== 'notApplicable') || contradictionOf(result) !== undefined;
}

/** Whether a result shows that the tool looked. What does not apply, or is gone since a baseline, was not looked at. */
export const hasPassed = ({ kind, baselineState }: Result): boolean =>
  kind === 'pass' && baselineState !== 'absent';

/** The file and line of a result. The file may be given as an index into the artifacts. */
function placeOf(run: Run, result: Result): { uri: string | undefined; line: number | undefined } {
  const place = result.locations?.find(({ physicalLocation }) => physicalLocation);
  const { artifactLocation, region } = place?.physicalLocation ?? {};
  const indexed = run.artifacts?.[artifactLocation?.index ?? -1]?.location?.uri;
  const line = region?.startLine;
  return {
    uri: artifactLocation?.uri || indexed || undefined,
    line: line && line > 0 ? Math.trunc(line) : undefined,
  };
}

/** The fields that all findings have. */
export type Common = Pick<Finding, 'rule' | 'title' | 'location' | 'line' | 'url'>;

export function commonOf(run: Run, result: Result, { id, rule }: RuleOfResult): Common {
  const { uri, line } = placeOf(run, result);
  return {
    rule: id,
    title: rule?.shortDescription?.text || rule?.name || undefined,
    location: uri,
    line,
    url: webLink(rule?.helpUri),
  };
}

/** Whether a result refers to a file by an index at which there is none. */
export function isMisplaced(run: Run, result: Result): boolean {
  const place = result.locations?.find(({ physicalLocation }) => physicalLocation);
  const { index, uri } = place?.physicalLocation?.artifactLocation ?? {};
  return typeof index === 'number' && index >= 0 && !uri && !run.artifacts?.[index]?.location?.uri;
}

/** A finding of code analysis, or about the configuration of infrastructure. */
export function codeFinding(
  type: 'code' | 'misconfiguration',
  run: Run,
  result: Result,
  found: RuleOfResult,
  severity: Severity,
  fingerprint: ReturnType<typeof codeFingerprints>,
): Finding {
  const common = commonOf(run, result, found);
  const message = messageOf(result, found.rule);
  const identity = fingerprintsOf(result) ?? snippetOf(result) ?? message ?? '';
  return {
    type,
    severity,
    ...common,
    message,
    fingerprint: fingerprint(run.tool.driver.name, found.id, common.location ?? '', identity),
  };
}

/**
 * Omits the result's message, which may contain the secret. Identity: the snippet, else the tool's fingerprints, else
 * the message.
 */
export function secretFinding(
  run: Run,
  result: Result,
  found: RuleOfResult,
  severity: Severity,
  { secretKey }: ParseContext,
): Finding {
  const common = commonOf(run, result, found);
  const identity =
    snippetOf(result) ??
    // With withheld snippets, all secrets of a file would merge into one. The line keeps them separate.
    JSON.stringify([fingerprintsOf(result) ?? messageOf(result, found.rule), withheldLine(result)]);
  return {
    type: 'secret',
    severity,
    ...common,
    message: common.title,
    fingerprint: secretFingerprint(found.id, common.location ?? '', identity, secretKey),
  };
}

/** The line of a result whose snippet is present but withheld. */
function withheldLine(result: Result): number | undefined {
  const region = result.locations?.[0]?.physicalLocation?.region;
  return region?.snippet?.text ? (region.startLine ?? undefined) : undefined;
}

/** Trivy names the rule after package and licence, Snyk after both and the registry. */
export function licenceFinding(
  run: Run,
  result: Result,
  found: RuleOfResult,
  severity: Severity,
): Finding {
  const common = commonOf(run, result, found);
  const end = found.id.lastIndexOf(':');
  const licence = found.id.slice(end + 1);
  const name = found.id.slice(0, Math.max(end, 0)).replace(/^snyk:lic:[^:]{1,50}:/i, '');
  return {
    type: 'licence',
    severity,
    ...common,
    rule: licence,
    message: messageOf(result, found.rule),
    packageName: name || undefined,
    fingerprint: licenceFingerprint(licence, undefined, name),
  };
}
