import type { VulnerabilityIds } from '../../../vocabulary/vulnerability-ids.js';
import { DocumentFault } from '../../fault.js';
import type { Finding, ParseContext } from '../../kind.js';
import {
  licenceFingerprint,
  type misconfigurationFingerprints,
  secretFingerprint,
  vulnerabilityFingerprint,
} from '../common/fingerprint.js';
import { webLink } from '../common/links.js';
import { severityOf } from '../common/severities.js';
import { purlOf } from './packages.js';
import { ratingOfVulnerability, SEVERITIES, severityOfVulnerability } from './ratings.js';
import type { License, Misconfiguration, Result, Secret, Vulnerability } from './schema.js';

/** Trivy writes 0 for an unknown line. */
function lineOf(line: number | null | undefined): number | undefined {
  return line && line > 0 ? Math.trunc(line) : undefined;
}

/** What Trivy's databases write for a vulnerability without a fix. Others, such as `unknown`, leave it open. */
const UNFIXABLE = new Set<unknown>(['affected', 'will_not_fix', 'fix_deferred', 'end_of_life']);

/** Trivy may report the status `fixed` without a version. The finding is fixable nevertheless. */
function fixOf({ FixedVersion, Status }: Vulnerability) {
  const fixedVersion = FixedVersion || (Status === 'fixed' ? 'a later version' : undefined);
  return { fixedVersion, unfixable: !fixedVersion && UNFIXABLE.has(Status) };
}

export function vulnerabilityOf(
  vulnerability: Vulnerability,
  result: Result,
  idsOf: (id: string) => VulnerabilityIds,
): Finding {
  const { VulnerabilityID, PkgName, PkgPath, InstalledVersion, PkgIdentifier } = vulnerability;
  const location = PkgPath || result.Target || undefined;
  const name = PkgName || location || '';
  const { id, aliases } = idsOf(VulnerabilityID);
  const rating = ratingOfVulnerability(vulnerability);
  const purl = purlOf(result.Type, PkgName ?? '', InstalledVersion, PkgIdentifier?.PURL);
  return {
    type: 'vulnerability',
    severity: severityOfVulnerability(vulnerability, rating),
    rule: id,
    aliases,
    title: vulnerability.Title || undefined,
    message: vulnerability.Description || undefined,
    score: rating?.score,
    vector: rating?.vector,
    purl,
    packageName: name || undefined,
    packageVersion: InstalledVersion || undefined,
    ...fixOf(vulnerability),
    location,
    url: webLink(vulnerability.PrimaryURL),
    fingerprint: vulnerabilityFingerprint(id, purl, name),
  };
}

/**
 * @param pointer JSON pointer to the misconfiguration
 * @param fingerprintOf of `misconfigurationFingerprints`
 */
export function misconfigurationOf(
  misconfiguration: Misconfiguration,
  { Target }: Result,
  pointer: string,
  fingerprintOf: ReturnType<typeof misconfigurationFingerprints>,
): Finding {
  const { ID, AVDID, Title, Message, Description, Resolution, CauseMetadata } = misconfiguration;
  const rule = ID || AVDID;
  if (!rule) throw new DocumentFault('is required', `${pointer}/ID`);
  const message = [Message || Description, Resolution].filter(Boolean).join('\n');
  // Checks of Dockerfiles and Kubernetes name no resource. Their message names the container or the instruction.
  const subject = CauseMetadata?.Resource || Message || '';
  const place = `${CauseMetadata?.StartLine ?? ''}-${CauseMetadata?.EndLine ?? ''}`;
  return {
    type: 'misconfiguration',
    severity: severityOf(SEVERITIES, misconfiguration.Severity),
    rule,
    title: Title || undefined,
    message: message || undefined,
    location: Target || undefined,
    line: lineOf(CauseMetadata?.StartLine),
    url: webLink(misconfiguration.PrimaryURL),
    fingerprint: fingerprintOf(rule, Target ?? '', subject, place),
  };
}

/** Uses no text that contains the secret. */
export function secretOf(secret: Secret, { Target }: Result, { secretKey }: ParseContext): Finding {
  const { RuleID, Category, Title, Match } = secret;
  return {
    type: 'secret',
    severity: severityOf(SEVERITIES, secret.Severity),
    rule: RuleID,
    title: Title || undefined,
    message: Category ? `Category: ${Category}` : undefined,
    location: Target || undefined,
    line: lineOf(secret.StartLine),
    fingerprint: secretFingerprint(RuleID, Target ?? '', Match ?? '', secretKey),
  };
}

export function licenceOf(licence: License, { Type, Target }: Result): Finding {
  const { Name, Category, PkgName, FilePath, Link } = licence;
  const purl = purlOf(Type, PkgName ?? '');
  const location = FilePath || Target || undefined;
  return {
    type: 'licence',
    severity: severityOf(SEVERITIES, licence.Severity),
    rule: Name,
    title: Category ? `Licence of category ${Category}` : undefined,
    purl,
    packageName: PkgName || undefined,
    location,
    url: webLink(Link),
    fingerprint: licenceFingerprint(Name, purl, PkgName || location),
  };
}
