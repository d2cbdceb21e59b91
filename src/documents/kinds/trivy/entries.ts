import { idsInDocument, normalizeId } from '../../../vocabulary/vulnerability-ids.js';
import { refuseTooMany } from '../../fault.js';
import type { Note, ParseContext } from '../../kind.js';
import { checkAt } from '../common/check.js';
import { misconfigurationFingerprints } from '../common/fingerprint.js';
import { licenceOf, misconfigurationOf, secretOf, vulnerabilityOf } from './findings.js';
import { packageLicences } from './package-licences.js';
import {
  checkLicense,
  checkMisconfiguration,
  checkSecret,
  checkVulnerability,
  type Misconfiguration,
  type ModifiedFinding,
  type Result,
  type Secret,
  type Vulnerability,
} from './schema.js';
import { type Entry, exceptionOf, suppressionOf } from './suppressed.js';

/** A result of Trivy, and its JSON pointer. */
export interface Part {
  readonly result: Result;
  readonly pointer: string;
}

/** Databases with one vulnerability per id. A vendor's advisory may cover several. */
const ONE_EACH = /^(?:CVE-\d|GHSA-)/;

/** Ids of the same vulnerability. Two CVEs are two vulnerabilities: then only the own id counts. */
function sameIds({ VulnerabilityID, VendorIDs }: Vulnerability): string[] {
  const own = normalizeId(VulnerabilityID);
  const ids = new Set([
    own,
    ...(VendorIDs ?? []).map(normalizeId).filter((id) => ONE_EACH.test(id)),
  ]);
  const cves = [...ids].filter((id) => id.startsWith('CVE-'));
  return cves.length > 1 ? [own] : [...ids];
}

interface Suppressed {
  readonly modified: ModifiedFinding;
  readonly pointer: string;
  readonly result: Result;
}

function* suppressedOf(parts: readonly Part[]): Generator<Suppressed> {
  for (const { result, pointer } of parts) {
    for (const [i, modified] of (result.ExperimentalModifiedFindings ?? []).entries())
      yield { modified, result, pointer: `${pointer}/ExperimentalModifiedFindings/${i}` };
  }
}

const typeOf = ({ Type }: ModifiedFinding) => Type?.toLowerCase();

function* idGroups(parts: readonly Part[]) {
  for (const { result } of parts) yield* (result.Vulnerabilities ?? []).map(sameIds);
  for (const { modified, pointer } of suppressedOf(parts)) {
    if (typeOf(modified) !== 'vulnerability') continue;
    yield sameIds(checkAt(`${pointer}/Finding`, () => checkVulnerability(modified.Finding)));
  }
}

const passed = ({ Status }: Misconfiguration) => Status === 'PASS';

function refuseTooManyRows(parts: readonly Part[]): void {
  let rows = 0;
  for (const { result } of parts) {
    rows += result.Vulnerabilities?.length ?? 0;
    rows += result.Misconfigurations?.filter((one) => !passed(one)).length ?? 0;
    rows += result.Secrets?.length ?? 0;
    rows += result.Licenses?.length ?? 0;
    rows += result.ExperimentalModifiedFindings?.length ?? 0;
  }
  refuseTooMany(rows, 'findings', '/Results');
}

function readerOf(parts: readonly Part[], { secretKey }: ParseContext) {
  const idsOf = idsInDocument(idGroups(parts));
  const fingerprintOf = misconfigurationFingerprints(secretKey);
  return {
    vulnerability: (one: Vulnerability, result: Result) => vulnerabilityOf(one, result, idsOf),
    misconfiguration: (one: Misconfiguration, result: Result, pointer: string) =>
      misconfigurationOf(one, result, pointer, fingerprintOf),
    secret: (one: Secret, result: Result) => secretOf(one, result, { secretKey }),
    licence: licenceOf,
  };
}

type Reader = ReturnType<typeof readerOf>;

function* listed({ result, pointer }: Part, read: Reader): Generator<Entry> {
  for (const one of result.Vulnerabilities ?? [])
    yield { finding: read.vulnerability(one, result) };
  for (const [i, one] of (result.Misconfigurations ?? []).entries()) {
    if (passed(one)) continue;
    const finding = read.misconfiguration(one, result, `${pointer}/Misconfigurations/${i}`);
    yield { finding, suppression: one.Status === 'EXCEPTION' ? exceptionOf(one) : undefined };
  }
  for (const one of result.Secrets ?? []) yield { finding: read.secret(one, result) };
  for (const one of result.Licenses ?? []) yield { finding: read.licence(one, result) };
}

/** @returns undefined if the type of the finding is not known */
function suppressedFinding({ modified, result, pointer }: Suppressed, read: Reader) {
  const { Finding } = modified;
  const type = typeOf(modified);
  const at = `${pointer}/Finding`;
  return checkAt(at, () => {
    if (type === 'vulnerability') return read.vulnerability(checkVulnerability(Finding), result);
    if (type === 'secret') return read.secret(checkSecret(Finding), result);
    if (type === 'license') return read.licence(checkLicense(Finding), result);
    if (type !== 'misconfiguration') return undefined;
    return read.misconfiguration(checkMisconfiguration(Finding), result, '');
  });
}

/**
 * Reads all findings, also those that Trivy suppresses.
 * @throws {DocumentFault} if a finding cannot be read
 */
export function entriesOf(parts: readonly Part[], context: ParseContext) {
  refuseTooManyRows(parts);
  const read = readerOf(parts, context);
  const entries: Entry[] = [];
  const warnings: Note[] = [];
  for (const part of parts) for (const entry of listed(part, read)) entries.push(entry);
  for (const finding of packageLicences(parts)) {
    entries.push({ finding });
    refuseTooMany(entries.length, 'findings', '/Results');
  }
  for (const suppressed of suppressedOf(parts)) {
    const finding = suppressedFinding(suppressed, read);
    if (finding) entries.push({ finding, suppression: suppressionOf(suppressed.modified) });
    else
      warnings.push({
        message: 'is a suppressed finding of a type that is not known, and is not read',
        pointer: suppressed.pointer,
      });
  }
  return { entries, warnings };
}
