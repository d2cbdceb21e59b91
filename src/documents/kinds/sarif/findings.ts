import type { Finding, ParseContext } from '../../kind.js';
import { type codeFingerprints, secretFingerprint } from '../common/fingerprint.js';
import { webLink } from '../common/links.js';
import { fingerprintsOf, snippetOf } from './identity.js';
import { messageOf } from './messages.js';
import type { RuleOfResult } from './rules.js';
import type { Result, Run } from './schema.js';
import { severityOfResult } from './severities.js';

/** Whether a result is a finding: it neither passed nor disappeared since the last analysis (3.27.9, 3.27.24). */
export function isFinding({ kind, baselineState }: Result): boolean {
  return kind !== 'pass' && kind !== 'notApplicable' && baselineState !== 'absent';
}

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

/** The fields that code findings and secret findings share. */
function commonOf(run: Run, result: Result, { id, rule }: RuleOfResult) {
  const { uri, line } = placeOf(run, result);
  return {
    rule: id,
    title: rule?.shortDescription?.text || rule?.name || undefined,
    location: uri,
    line,
    url: webLink(rule?.helpUri),
  };
}

export function codeFinding(
  run: Run,
  result: Result,
  found: RuleOfResult,
  fingerprint: ReturnType<typeof codeFingerprints>,
): Finding {
  const common = commonOf(run, result, found);
  const message = messageOf(result, found.rule);
  const identity = fingerprintsOf(result) ?? snippetOf(result) ?? message ?? '';
  return {
    type: 'code',
    severity: severityOfResult(result, found.rule),
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
  { secretKey }: ParseContext,
): Finding {
  const common = commonOf(run, result, found);
  const identity =
    snippetOf(result) ??
    // With withheld snippets, all secrets of a file would merge into one. The line keeps them separate.
    JSON.stringify([fingerprintsOf(result) ?? messageOf(result, found.rule), withheldLine(result)]);
  return {
    type: 'secret',
    severity: severityOfResult(result, found.rule),
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
